-- Follows chains of refresh tokens. A request takes the chain that has rested longest, its answer puts the chain back
-- with the new token, so no chain ever has two requests under way. What rests at the end is kept for the harness.

dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local first, last = 1, 0
local headers = {["Content-Type"] = "application/json"}

local function rest(token)
   last = last + 1
   kept[last] = token
end

function init()
   for _, fields in ipairs(prepared()) do
      rest(fields[3])
   end
end

function request()
   local token = kept[first] or "" -- none rests when too many chains were refused; this one will be refused as well
   if token ~= "" then
      kept[first] = nil
      first = first + 1
   end
   return wrk.format("POST", "/token/refresh", headers, '{"refresh_token":"' .. token .. '"}')
end

function response(status, _, body)
   local access = body:match('"access_token":%s*"([%w_.-]+)"')
   local token = body:match('"refresh_token":%s*"([%w_.-]+)"')
   judge(status == 201 and access and token, status, body)
   if token then
      rest(token)
   end
end
