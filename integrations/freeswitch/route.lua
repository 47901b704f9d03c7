-- FreeSWITCH asks aiguillage where a call goes, from a Lua script: number first, then a code, up to three times.
--
-- Put this into scripts/, and into conf/dialplan/public/ an extension with
--   <action application="lua" data="route.lua"/>
-- mod_lua and mod_curl have to be loaded. append_headers is in FreeSWITCH 1.10.7 or later
-- (https://github.com/signalwire/freeswitch/issues/1377).

local ADDRESS = "https://calls.example.org"
local ACCOUNT = "CL0000"
local TOKEN = "aig_..."
local FIELDS = "known,vip,priority,open,reason,destination"
local TRIES = 3
local NOBODY = "200" -- where unknown callers go
local AWAY = "200" -- where calls go while aiguillage is away
local PROMPT = "ivr/ivr-please_enter_pin_followed_by_pound.wav"

local route = {}

-- A number or code as it may stand in a question: mod_curl decodes percent signs itself, and a blank ends its data.
function route.clean(text)
  return (string.gsub(text or "", "[^%w+]", ""))
end

-- What is given to mod_curl: the address, its options, and the question as a form.
function route.question(number, called, code)
  local form = "customerAccount=" .. ACCOUNT .. "&number=" .. route.clean(number) .. "&called=" .. route.clean(called)
  if code and code ~= "" then
    form = form .. "&code=" .. route.clean(code)
  end
  return ADDRESS .. "/api/v2/route append_headers 'Authorization: Bearer " .. TOKEN .. "' connect-timeout 1 timeout 2"
    .. " post " .. form .. "&unknown=empty&format=kv&fields=" .. FIELDS
end

-- The answer as a table, with its status: known, unknown, or error.
function route.read(code, body)
  local answer = { status = "error" }
  if code ~= "200" then
    return answer
  end
  for name, value in string.gmatch(body or "", "([%w]+)=([^&]*)") do
    answer[name] = string.gsub(value, "%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)
  end
  if answer.known == "1" then
    answer.status = "known"
  elseif answer.known == "0" then
    answer.status = "unknown"
  end
  return answer
end

-- Which application sends the call to a destination, and with what.
function route.way(destination)
  if destination == "reject" then
    return "hangup", "CALL_REJECTED"
  end
  if string.match(destination, "^sips?:[%w.!~*_%%+-]+@[%w.:;=%[%]-]+$") then
    return "bridge", "sofia/external/" .. destination
  end
  if string.match(destination, "^[%w+*#_.-]+$") then
    return "transfer", destination .. " XML default"
  end
  return "transfer", AWAY .. " XML default"
end

-- What is asked, and what is done; the session is FreeSWITCH's.
function route.run(session)
  local number, called = session:getVariable("caller_id_number"), session:getVariable("destination_number")
  if session:getVariable("privacy_hide_number") == "true" then
    number = "anonymous"
  end
  local code, answer
  for try = 0, TRIES do
    session:execute("curl", route.question(number, called, code))
    answer = route.read(session:getVariable("curl_response_code"), session:getVariable("curl_response_data"))
    if answer.status ~= "unknown" or answer.destination ~= "" or try == TRIES or not session:ready() then
      break
    end
    session:answer()
    code = session:playAndGetDigits(1, 32, 1, 5000, "#", PROMPT, "", "\\d+")
  end
  for _, name in ipairs({ "status", "vip", "priority", "open", "reason" }) do
    session:setVariable("aig_" .. name, answer[name] or "")
  end
  if answer.status == "error" then
    session:execute("transfer", AWAY .. " XML default")
  elseif answer.destination == "" then
    session:execute("transfer", NOBODY .. " XML default")
  else
    session:execute(route.way(answer.destination))
  end
end

if session then
  route.run(session)
end
return route
