-- Plays requests out of a file, each thread its own share: `wrk -s requests.lua URL -- FILE THREADS cycle|once`.
-- The file holds whole HTTP requests, each after a line with its length in bytes.
local all = {}

function setup(thread)
  all[#all + 1] = thread
  thread:set("id", #all)
end

function init(args)
  local file, threads = assert(io.open(args[1], "rb")), tonumber(args[2])
  once, share, at, spent = args[3] == "once", {}, 0, 0
  local n = 0
  while true do
    local length = file:read("*l")
    if not length then break end
    local text = file:read(tonumber(length))
    n = n + 1
    if n % threads == id % threads then share[#share + 1] = text end
  end
  file:close()
end

function request()
  at = at + 1
  if at > #share then
    if once then
      spent = spent + 1
      return share[#share]
    end
    at = 1
  end
  return share[at]
end

function done(summary, latency, requests)
  local without = 0
  for _, thread in ipairs(all) do without = without + thread:get("spent") end
  local e = summary.errors
  io.write(string.format('RESULT {"requests": %d, "seconds": %.3f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d, "spent": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout, without))
end
