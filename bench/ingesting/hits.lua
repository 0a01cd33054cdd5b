-- For wrk: sends the hits of a file one after another, and says what came of them as JSON.
-- Arguments: the file, where in it to begin, and milliseconds to pause before each hit (0: none).

local hits, at, mean = {}, 0, 0

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    for length in file:lines() do
        table.insert(hits, file:read(tonumber(length)))
    end
    file:close()
    at = tonumber(arguments[2]) % #hits
    mean = tonumber(arguments[3])
    math.randomseed(at + 1)
    if mean > 0 then
        -- As visitors who know nothing of each other come.
        -- Servers close what is idle for two seconds.
        delay = function() return math.min(1500, math.floor(-mean * math.log(1 - math.random()) + 0.5)) end
    end
end

function request()
    at = at % #hits + 1
    return hits[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"answered": %d, "seconds": %f, "middle": %f, "slow": %f, "slowest": %f, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
        latency:percentile(99) / 1e3, latency.max / 1e3, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout
    ))
end
