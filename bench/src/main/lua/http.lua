-- What wrk sends, chosen by the arguments behind "--", and one line of JSON when it is done.
--   get | close | pipeline DEPTH | post BODY_FILE
-- Every request is formatted once, before the load starts.

local function read(path)
  local file = assert(io.open(path, "rb"))
  local bytes = file:read("*a")
  file:close()
  return bytes
end

function init(args)
  local mode = args[1]
  if mode == "close" then
    wrk.headers["Connection"] = "close"
  elseif mode == "post" then
    wrk.method, wrk.path, wrk.body = "POST", "/echo", read(args[2])
    wrk.headers["Content-Type"] = "application/octet-stream"
  elseif mode == "pipeline" then
    local batch = string.rep(wrk.format(), tonumber(args[2]))
    request = function() return batch end
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  print(string.format('{"ops":%d,"seconds":%.6f,"errors":%d,"mean_us":%.2f}', summary.requests,
    summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout, latency.mean))
end
