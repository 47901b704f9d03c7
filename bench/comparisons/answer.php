<?php

// The same answer by PHP-FPM from PostgreSQL: one search by primary key, on a connection that is kept.

header("Content-Type: application/json");
$admitted = ($_SERVER["HTTP_AUTHORIZATION"] ?? "") === "Bearer " . getenv("BENCH_SECRET");
if (!$admitted || ($_GET["customerAccount"] ?? "") !== getenv("BENCH_ACCOUNT")) {
  http_response_code(403);
  exit;
}
$number = $_GET["number"] ?? "";
if (str_starts_with($number, "00")) {
  $number = "+" . substr($number, 2);
}
$database = new PDO(getenv("BENCH_DATABASE"), options: [PDO::ATTR_PERSISTENT => true]);
$search = $database->prepare("SELECT destination1, destination2 FROM contacts WHERE number = ?");
$search->execute([$number]);
$found = $search->fetch(PDO::FETCH_ASSOC);
if ($found === false) {
  http_response_code(404);
  exit;
}
echo json_encode($found + ["destination3" => null, "destination4" => null]);
