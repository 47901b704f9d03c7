<?php

// Where does this caller go? Prints the destination.
//   ROUTING_URL=http://127.0.0.1:8000 ROUTING_ACCOUNT=CL0000 ROUTING_TOKEN=aig_... php ask.php NUMBER [CODE]
// Exit status: 0 known; 4 unknown, ask the caller for a code; 1 no answer, use a destination of your own.

$query = ["customerAccount" => getenv("ROUTING_ACCOUNT"), "number" => $argv[1], "unknown" => "404"];
if (isset($argv[2])) {
  $query["code"] = $argv[2];
}

$curl = curl_init(getenv("ROUTING_URL") . "/api/v2/route?" . http_build_query($query));
curl_setopt_array($curl, [
  CURLOPT_RETURNTRANSFER => true,
  CURLOPT_TIMEOUT => 2, // seconds: a caller hears silence while we wait
  CURLOPT_HTTPHEADER => ["Authorization: Bearer " . getenv("ROUTING_TOKEN")],
]);
$body = curl_exec($curl);
$status = curl_getinfo($curl, CURLINFO_RESPONSE_CODE);

if ($status === 404) {
  exit(4);
}
if ($status !== 200) {
  exit(1);
}
echo json_decode($body, true)["destination"], "\n";
