-- Walks a file of requests from a given line on; every request is made before the clock starts, so that wrk stays cheap.
-- A line is a path that is got, or a method, a path, a body and headers ("Name: value"), with tabs between them.
local requests, size, at = {}, 0, 0

local function made(line, given)
   local parts = {}
   for part in (line .. "\t"):gmatch("([^\t]*)\t") do
      parts[#parts + 1] = part
   end
   if #parts == 1 then
      return wrk.format("GET", line, given)
   end
   local headers = {}
   for name, value in pairs(given) do
      headers[name] = value
   end
   for n = 4, #parts do
      local name, value = parts[n]:match("^(.-): (.*)$")
      headers[name] = value
   end
   return wrk.format(parts[1], parts[2], headers, parts[3])
end

function init(args)
   local given = { ["Host"] = "127.0.0.1", ["Authorization"] = "Bearer " .. args[2] }
   for line in io.lines(args[1]) do
      size = size + 1
      requests[size] = made(line, given)
   end
   at = tonumber(args[3]) % size
end

function request()
   at = at % size + 1
   return requests[at]
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '\n{"requests": %d, "microseconds": %d, "p50_us": %d, "p99_us": %d, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
