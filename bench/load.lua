-- Walks a file of paths from a given line on; every request is made before the clock starts, so that wrk stays cheap.
local requests, size, at = {}, 0, 0

function init(args)
   local headers = { ["Host"] = "127.0.0.1", ["Authorization"] = "Bearer " .. args[2] }
   for path in io.lines(args[1]) do
      size = size + 1
      requests[size] = wrk.format("GET", path, headers)
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
