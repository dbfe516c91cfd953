package jobs

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"styleshare/internal/coalesce"
)

// asynq's scripts that are run for many tasks at once, by the SHA-1 of their texts: those of a version that changes them
// are run as they are.
const (
	asynqEnqueue = "98d28b42650870a743450ffda9791e9e19c6991b"
	asynqDequeue = "a8153319360adc71cdc370107f8ab9786f204765"
	asynqDone    = "1241eaa1c73409baaf1fea0c08d203a4911bda15"
)

// scripts is Redis as asynq sees it: each step of a task is a Lua script and a round trip of its own, those that are asked
// for at the same time go out in one, and as one script where there is one for many.
type scripts struct {
	redis.UniversalClient
	together *coalesce.Coalescer[scriptCall, *redis.Cmd]
}

type scriptCall struct {
	sha1 string
	keys []string
	args []any
}

func newScripts(client redis.UniversalClient) *scripts {
	s := &scripts{UniversalClient: client}
	s.together = coalesce.New(s.evalAll)
	return s
}

// EvalSha implements redis.Scripter.
func (s *scripts) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	cmd, err := s.together.Ask(ctx, scriptCall{sha1, keys, args})
	if err != nil {
		cmd = redis.NewCmd(ctx)
		cmd.SetErr(err)
	}
	return cmd
}

func (s *scripts) evalAll(ctx context.Context, calls []scriptCall) ([]*redis.Cmd, error) {
	pipe, results, joint := s.Pipeline(), make([]*redis.Cmd, len(calls)), map[string]*jointCall{}
	for i, c := range calls {
		script, ok := jointScripts[c.sha1]
		if !ok {
			results[i] = pipe.EvalSha(ctx, c.sha1, c.keys, c.args...)
			continue
		}
		group := c.keys[script.group]
		if joint[group] == nil {
			joint[group] = script.begin(c)
		}
		joint[group].add(i, c)
	}
	for _, j := range joint {
		j.cmd = pipe.Eval(ctx, j.script.text, j.keys, j.args...)
	}
	_, _ = pipe.Exec(ctx) // each result has its own error
	for _, j := range joint {
		j.answer(ctx, results)
	}
	return results, nil
}

// jointScript does for many tasks of a queue what asynq's script does for one. It gives the answers of them all, in order.
type jointScript struct {
	text string
	// group is the key that calls have in common which can be one; it differs for asynq's scripts.
	group int
	// Keys and arguments that are the same for all come first, then those of each task.
	commonKeys, commonArgs []int
	keys, args             []int
}

// jointCall is one call of a jointScript.
type jointCall struct {
	script jointScript
	keys   []string
	args   []any
	calls  []int // which it answers
	cmd    *redis.Cmd
}

func (s jointScript) begin(c scriptCall) *jointCall {
	j := &jointCall{script: s}
	for _, k := range s.commonKeys {
		j.keys = append(j.keys, c.keys[k])
	}
	for _, a := range s.commonArgs {
		j.args = append(j.args, c.args[a])
	}
	return j
}

func (j *jointCall) add(i int, c scriptCall) {
	j.calls = append(j.calls, i)
	for _, k := range j.script.keys {
		j.keys = append(j.keys, c.keys[k])
	}
	for _, a := range j.script.args {
		j.args = append(j.args, c.args[a])
	}
}

func (j *jointCall) answer(ctx context.Context, results []*redis.Cmd) {
	answers, err := j.cmd.Slice()
	if err == nil && len(answers) != len(j.calls) {
		err = fmt.Errorf("%d answers to %d calls", len(answers), len(j.calls))
	}
	for n, i := range j.calls {
		results[i] = redis.NewCmd(ctx)
		if err != nil {
			results[i].SetErr(err)
		} else if failure, ok := answers[n].(error); ok {
			results[i].SetErr(failure)
		} else {
			results[i].SetVal(answers[n])
		}
	}
}

var jointScripts = map[string]jointScript{
	// Keys: a task, pending. Arguments: its message, its id, the time.
	asynqEnqueue: {group: 1, commonKeys: []int{1}, keys: []int{0}, args: []int{0, 1, 2}, text: `
local answers = {}
for i = 2, #KEYS do
	local arg = 3 * (i - 2)
	if redis.call("EXISTS", KEYS[i]) == 1 then
		answers[i - 1] = 0
	else
		redis.call("HSET", KEYS[i], "msg", ARGV[arg + 1], "state", "pending", "pending_since", ARGV[arg + 3])
		redis.call("LPUSH", KEYS[1], ARGV[arg + 2])
		answers[i - 1] = 1
	end
end
return answers`},
	// Keys: active, lease, the task, how many were processed on this day, and ever. Arguments: the task's id, when the count of
	// the day expires; and the count from which the other starts anew, which takes longer than anybody lives.
	asynqDone: {group: 3, commonKeys: []int{0, 1, 3, 4}, commonArgs: []int{1}, keys: []int{2}, args: []int{0}, text: `
local answers, done = {}, 0
for i = 5, #KEYS do
	local id = ARGV[i - 3]
	if redis.call("LREM", KEYS[1], 0, id) == 0 or redis.call("ZREM", KEYS[2], id) == 0 or redis.call("DEL", KEYS[i]) == 0 then
		answers[i - 4] = redis.error_reply("NOT FOUND")
	else
		answers[i - 4] = redis.status_reply("OK")
		done = done + 1
	end
end
if done > 0 then
	if redis.call("INCRBY", KEYS[3], done) == done then
		redis.call("EXPIREAT", KEYS[3], ARGV[1])
	end
	redis.call("INCRBY", KEYS[4], done)
end
return answers`},
}

// maxTaken bounds what is taken in one call: Lua passes the leases on its stack.
const maxTaken = 1000

// takeScript is asynq's script that takes a task, for up to so many as one more argument says. It gives the messages of those
// that it took, none where the queue is paused.
var takeScript = redis.NewScript(`
local messages, leases = {}, {}
if redis.call("EXISTS", KEYS[2]) == 1 then
	return messages
end
for i = 1, tonumber(ARGV[3]) do
	local id = redis.call("RPOPLPUSH", KEYS[1], KEYS[3])
	if not id then
		break
	end
	local key = ARGV[2] .. id
	redis.call("HSET", key, "state", "active")
	redis.call("HDEL", key, "pending_since")
	leases[#leases + 1] = ARGV[1]
	leases[#leases + 1] = id
	local message = redis.call("HGET", key, "msg")
	if message then
		messages[#messages + 1] = message
	end
end
if #leases > 0 then
	redis.call("ZADD", KEYS[4], unpack(leases))
end
return messages`)
