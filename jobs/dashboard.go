package jobs

import (
	"net/http"

	"github.com/hibiken/asynqmon"
)

// DashboardPath is where Dashboard must be mounted.
const DashboardPath = "/jobs/"

// Dashboard shows queues and tasks and can run, archive and delete them; a job that it deletes comes back from the
// outbox. It asks nobody for a password: mount it on the admin address only. It works until Close.
func (j *Jobs) Dashboard() http.Handler {
	handler := asynqmon.New(asynqmon.Options{RootPath: DashboardPath, RedisConnOpt: j.redisOpt})
	j.closers = append(j.closers, handler.Close)
	return handler
}
