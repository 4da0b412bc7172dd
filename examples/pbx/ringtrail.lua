-- FreeSWITCH runs this when a call is over; put it into the scripts directory.
local function get(name)
  return env:getHeader("variable_" .. name) or env:getHeader(name) or ""
end

-- Only letters, digits, "+", "-" and "_" reach the command.
local function word(name)
  return '"' .. get(name):gsub("[^%w+_-]", "") .. '"'
end

local arguments = { word("uuid"), word("originate_disposition"), word("billsec"), word("ringtrail_business"), word("duration") }
os.execute("/usr/local/bin/ringtrail status " .. table.concat(arguments, " ") .. " &")
