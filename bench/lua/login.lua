-- Logs the users in, in turn, with the password named in BENCH_PASSWORD. The access tokens are kept for the harness,
-- which reads whose they are.

dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local requests, turn = {}, 0

function init()
   local password = os.getenv("BENCH_PASSWORD")
   for _, fields in ipairs(prepared()) do
      local body = string.format('{"username":"user%s","password":"%s"}', fields[1], password)
      table.insert(requests, wrk.format("POST", "/login", {["Content-Type"] = "application/json"}, body))
   end
end

function request()
   turn = turn % #requests + 1
   return requests[turn]
end

function response(status, _, body)
   local access = body:match('"access_token":%s*"([%w_.-]+)"')
   judge(status == 200 and access and body:find('"refresh_token"'), status, body)
   if access then
      table.insert(kept, access)
   end
end
