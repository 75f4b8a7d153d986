-- One round of a process with the limits that all processes share: first what it was answered, then what it asks for.
-- `rules.py` is the same in memory, for while Redis is away; `limits.py` explains the words.
local q = cjson.decode(ARGV[1])
local prefix = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function key(...) return prefix .. ':' .. table.concat({...}, ':') end
local function text(number) return string.format('%.0f', number) end
local function number(value) return tonumber(value) or 0 end

-- Who is there shares what there is while Redis is away.
if q.leaving then
  redis.call('ZREM', key('members'), q.me)
else
  redis.call('ZADD', key('members'), text(now), q.me)
end
redis.call('ZREMRANGEBYSCORE', key('members'), '-inf', text(now - q.member_ms))

-- A Redis that knows nothing, or a process that was on its own: requests of the last second may be missing here.
local since = redis.call('GET', key('since'))
if not since or q.was_away then
  since = now
  redis.call('SET', key('since'), text(now))
end
local young = now < number(since) + q.member_ms  -- not all of the members may be known
local cap = q.cap
if now < number(since) + q.quiet_ms then cap = q.quiet_cap end
since = text(number(since))
-- Who knew another beginning gets nothing before it has said which slots it holds: they were forgotten.
if q.since ~= '' and q.since ~= since then cap = 0 end
for _, held in ipairs(q.held) do
  redis.call('ZADD', key('slots'), text(now + held[2]), held[1])
  redis.call('PEXPIRE', key('slots'), 60000)
end

local function note(r)
  if r.counted then
    local held, free = redis.call('ZSCORE', key('slots'), r.id), now - r.ago_ms + q.hold_ms
    redis.call('ZADD', key('slots'), text(math.min(held and number(held) or free, free)), r.id)
    redis.call('PEXPIRE', key('slots'), 60000)
  end
  if r.invalid then
    redis.call('LPUSH', key('invalid'), text(now))
    redis.call('LTRIM', key('invalid'), 0, q.most_invalid - 1)
    redis.call('PEXPIRE', key('invalid'), q.invalid_ms)
  end
  if r.refused then
    redis.call('SET', key('stop'), '1')
    redis.call('DEL', key('forgiven'))
  end
  if r.pause_ms > 0 and now + r.pause_ms > number(redis.call('GET', key('pause'))) then
    redis.call('SET', key('pause'), text(now + r.pause_ms), 'PX', text(r.pause_ms))
  end
  if r.block_ms > 0 then
    redis.call('SET', key('block', r.route, r.major), '1', 'PX', text(r.block_ms))
  end
  if r.closed > 0 then
    local many = redis.call('LINDEX', key('invalid'), q.many_invalid - 1)
    local closed_ms = many and number(many) + q.invalid_ms > now and q.invalid_ms or q.closed_ms
    if closed_ms > r.ago_ms then
      redis.call('SET', key('closed', r.route, r.major), text(r.closed), 'PX', text(closed_ms - r.ago_ms))
    end
  end
  local known = redis.call('HGET', key('routes'), r.route)
  redis.call('ZREM', key('route', r.route, r.major, 'flying'), r.id)
  if known then redis.call('ZREM', key('bucket', known, r.major, 'flying'), r.id) end
  if r.bucket == '' then
    if r.fine and not known then redis.call('HSET', key('routes'), r.route, '-') end
    return
  end
  redis.call('HSET', key('routes'), r.route, r.bucket)
  redis.call('PEXPIRE', key('routes'), 86400000)
  local bucket = key('bucket', r.bucket, r.major)
  local was = redis.call('HMGET', bucket, 'reset', 'remaining', 'window')
  local reset, remaining = now - r.ago_ms + r.reset_ms, r.remaining
  if was[1] and reset <= number(was[1]) + q.same_window_ms then
    -- The same window (or an older one): what was given out since is in our number, and not in theirs.
    remaining, reset = math.min(remaining, number(was[2])), math.max(reset, number(was[1]))
  else
    remaining = remaining - redis.call('ZCOUNT', bucket .. ':flying', text(now), '+inf')
  end
  local window = was[3] and number(was[3]) or r.reset_ms
  if r.remaining == r.limit - 1 then window = r.reset_ms end
  redis.call('HSET', bucket, 'reset', text(reset), 'remaining', text(remaining), 'window', text(window),
    'limit', text(r.limit))
  redis.call('PEXPIRE', bucket, text(math.max(60000, 2 * r.reset_ms)))
end

for _, r in ipairs(q.answers) do note(r) end
-- Who knows of a refusal tells it to a Redis that forgot.
if q.refused and redis.call('EXISTS', key('forgiven')) == 0 then redis.call('SET', key('stop'), '1') end

redis.call('ZREMRANGEBYSCORE', key('slots'), '-inf', text(now))
local used = redis.call('ZCARD', key('slots'))
local oldest = redis.call('LINDEX', key('invalid'), q.most_invalid - 1)
local broken = oldest and number(oldest) + q.invalid_ms - now or 0
local stopped = redis.call('EXISTS', key('stop')) == 1
local pause = number(redis.call('GET', key('pause'))) - now

-- The bucket of an ask: its key (nil: it has none), how many it admits, when its window ends (nil: not known), and
-- how long to wait when it admits none.
local function bucket_of(a)
  local name = redis.call('HGET', key('routes'), a.route)
  if name == '-' then return nil end
  local bucket = name and key('bucket', name, a.major) or key('route', a.route, a.major)
  redis.call('ZREMRANGEBYSCORE', bucket .. ':flying', '-inf', text(now))
  local flying = redis.call('ZCARD', bucket .. ':flying')
  local is = redis.call('HMGET', bucket, 'reset', 'remaining', 'window', 'limit')
  if not is[1] then return bucket, 1 - flying, nil, q.flying_ms end  -- one request finds out
  local reset = number(is[1])
  if now < reset then return bucket, number(is[2]), reset, reset - now end
  return bucket, number(is[4]) - flying, now + number(is[3]), q.flying_ms
end

-- When a slot is free: now, or when that of an answered request will be, which is then taken over, so that nobody has to
-- come back for it. nil: all belong to requests under way.
local function slot_free()
  if used < cap then
    used = used + 1
    return now
  end
  local first = redis.call('ZRANGE', key('slots'), used - cap, used - cap, 'WITHSCORES')
  if not first[1] or number(first[2]) > now + q.hold_ms then return nil end
  redis.call('ZREM', key('slots'), first[1])
  return number(first[2])
end

-- 'go' and how long to wait before, or 'wait' and how long until asking again.
local function decide(a)
  if a.counted and pause > 0 then return 'wait', pause end
  local blocked = redis.call('PTTL', key('block', a.route, a.major))
  if blocked > 0 then return 'wait', blocked end
  local bucket, admits, ends, wait = bucket_of(a)
  -- It has its leave already when the answer that brought it was lost.
  local flies = bucket and redis.call('ZSCORE', bucket .. ':flying', a.id)
  if bucket and not flies and admits <= 0 then return 'wait', math.max(q.least_ms, wait) end
  local free = now
  if a.counted then
    local held = redis.call('ZSCORE', key('slots'), a.id)
    free = held and math.max(now, number(held) - q.longest_ms) or slot_free()
    -- Those that have to come back do so together.
    if not free then return 'wait', math.ceil((now + q.again_ms) / q.together_ms) * q.together_ms - now end
    redis.call('ZADD', key('slots'), text(free + q.longest_ms), a.id)
    redis.call('PEXPIRE', key('slots'), 60000)
  end
  if bucket and not flies then
    redis.call('ZADD', bucket .. ':flying', text(now + q.lost_ms), a.id)
    redis.call('PEXPIRE', bucket .. ':flying', 60000)
    if ends then redis.call('HSET', bucket, 'reset', text(ends), 'remaining', text(admits - 1)) end
  end
  return 'go', free - now
end

local result = {redis.call('ZCARD', key('members')), young and 1 or 0, stopped and 1 or 0, since}
for _, a in ipairs(q.asks) do
  local verdict, wait = 'stop', 0
  if broken > 0 then
    verdict, wait = 'broken', broken
  elseif not (stopped and a.counted) then
    local closed = a.counted and redis.call('GET', key('closed', a.route, a.major))
    if closed then
      verdict, wait = 'closed:' .. closed, redis.call('PTTL', key('closed', a.route, a.major))
    else
      verdict, wait = decide(a)
    end
  end
  table.insert(result, verdict)
  table.insert(result, math.ceil(wait))
end
return result
