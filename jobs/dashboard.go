package jobs

import (
	"net/http"

	"github.com/hibiken/asynqmon"
	"github.com/redis/go-redis/v9"
)

// DashboardPath is where Dashboard must be mounted.
const DashboardPath = "/jobs/"

// Dashboard shows queues and tasks and can run, archive and delete them; a job that it deletes comes back from the
// outbox. It asks nobody for a password: mount it on the admin address only. It works until Close.
func (j *Jobs) Dashboard() http.Handler {
	return asynqmon.New(asynqmon.Options{RootPath: DashboardPath, RedisConnOpt: sharedClient{j.redis}})
}

// sharedClient has asynqmon use a client that is there already.
type sharedClient struct{ redis.UniversalClient }

// MakeRedisClient implements asynq.RedisConnOpt.
func (c sharedClient) MakeRedisClient() any { return c.UniversalClient }
