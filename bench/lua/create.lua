-- Creates to-dos, the users in turn. Each title names its user, and the answer must show this user and title together.

dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local requests, turn = {}, 0

function init()
   for _, fields in ipairs(prepared()) do
      local headers = {["Authorization"] = "Bearer " .. fields[2], ["Content-Type"] = "application/json"}
      table.insert(requests, wrk.format("POST", "/todo", headers, '{"title":"bench ' .. fields[1] .. '"}'))
   end
end

function request()
   turn = turn % #requests + 1
   return requests[turn]
end

function response(status, headers, body)
   local user = body:match('"user_id":%s*(%d+)')
   judge(status == 201 and user and user == body:match('"title":%s*"bench (%d+)"'), status, body)
end
