-- What every script shares: it reads what the harness prepared, counts answers that were right or wrong, and writes
-- what it saw as JSON to the file named in BENCH_OUT. wrk calls done() in another Lua state, so the counts of the one
-- thread are fetched by name: they must be globals.

right, wrong, first_wrong, kept = 0, 0, "", {}

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

-- Lines of the file named in BENCH_IN, each split at tabs.
function prepared()
   local lines = {}
   for line in io.lines(os.getenv("BENCH_IN")) do
      local fields = {}
      for field in line:gmatch("[^\t]+") do
         table.insert(fields, field)
      end
      table.insert(lines, fields)
   end
   return lines
end

function judge(ok, status, body)
   if ok then
      right = right + 1
      return
   end
   wrong = wrong + 1
   if first_wrong == "" then
      first_wrong = status .. " " .. body:sub(1, 300)
   end
end

local function quoted(text)
   return '"' .. text:gsub('[%c"\\]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function done(summary, latency, requests)
   local out = io.open(os.getenv("BENCH_OUT"), "w")
   local thread = threads[1]
   local e = summary.errors
   out:write(string.format(
      '{"right":%d,"wrong":%d,"first_wrong":%s,"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"errors":%d,',
      thread:get("right"), thread:get("wrong"), quoted(thread:get("first_wrong")), summary.requests,
      summary.duration, latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.timeout))
   local tokens = {}
   for _, token in pairs(thread:get("kept")) do
      table.insert(tokens, quoted(token))
   end
   out:write('"kept":[' .. table.concat(tokens, ",") .. "]}\n")
   out:close()
end
