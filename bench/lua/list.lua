-- Lists 50 to-dos, the users in turn. The answer must hold 50 of them, all of the user whom the first title names.

dofile(os.getenv("BENCH_LUA") .. "/report.lua")

local requests, turn = {}, 0

function init()
   for _, fields in ipairs(prepared()) do
      table.insert(requests, wrk.format("GET", "/todo?limit=50", {["Authorization"] = "Bearer " .. fields[2]}))
   end
end

function request()
   turn = turn % #requests + 1
   return requests[turn]
end

function response(status, headers, body)
   local named = body:match('"title":%s*"bench (%d+)"')
   local rows = 0
   for user in body:gmatch('"user_id":%s*(%d+)') do
      rows = user == named and rows + 1 or -1000
   end
   judge(status == 200 and rows == 50, status, body)
end
