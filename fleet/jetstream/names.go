// Package jetstream keeps the fleet's jobs in NATS JetStream: one stream, four
// key-value buckets, and a consumer for each tenant that has work.
//
//	what               holds                                    why this way
//	stream  FLEET_JOBS       fleet.job.API.CLASS.TENANT, a job's ID   a work queue: a message leaves when its job has ended.
//	                                                            It is bounded for each subject, so one tenant cannot fill it.
//	consumer API=CLASS=TENANT  of FLEET_JOBS, one subject            explicit acknowledgement; a job whose worker died comes back
//	                                                            after the lease. At most [TenantAtOnce] of a tenant are out.
//	                                                            In memory, and gone when the tenant has no work.
//	bucket  FLEET_RECORDS    JOB ID → fleet.Record                 the job itself and what became of it; ended ones expire.
//	bucket  FLEET_LEDGER     hash of a key → claim or answer        compare-and-set: who creates the entry sends the write.
//	bucket  FLEET_BUDGETS    API and tenant → grants, quotas        compare-and-set: all workers reserve in one value.
//	bucket  FLEET_WORKERS    worker.life → beat, expires in 10 s    tells a slow worker from a dead one; also the servers' clock.
//	subject fleet.wake.API   core NATS: the lane where a job has come  saves a look; nothing depends on it.
//	subject fleet.ask.API    core NATS, queue group: a job that reads  request and reply for who waits; nothing is kept of it.
//
// The acknowledgement of JetStream is not the truth for writes: the ledger is. A
// message may come twice; the claim under its job's ID is given once.
//
// connect.go and embedded.go reach a server, engine.go makes the streams, queue.go
// submits and takes, ask.go asks and answers, lanes.go lets tenants take turns, delivery.go ends, records.go
// and watch.go tell, ledger.go and budget.go hold what all workers share, alive.go
// who is there and what time it is, load.go how much there is to do.
package jetstream

import (
	"time"

	"modulex.dev/connector/fleet"
)

// The names of the fleet in a NATS account.
const (
	JobsStream    = "FLEET_JOBS"
	RecordsBucket = "FLEET_RECORDS"
	LedgerBucket  = "FLEET_LEDGER"
	BudgetsBucket = "FLEET_BUDGETS"
	WorkersBucket = "FLEET_WORKERS"
	jobSubjects   = "fleet.job.>"
	wakeSubject   = "fleet.wake." // and the API: a job has come to the lane that the message names
	askSubject    = "fleet.ask."  // and the API: a question, for one worker of the group
	workersGroup  = "workers"
)

// The bounds of the queue.
const (
	TenantQueue  = 2000 // jobs of one tenant, class and connector that wait at most
	TenantAtOnce = 8    // of these in the hands of workers
	// MaxTenants is how many tenants, for each class, can have work at the same
	// time; those beyond wait until others have none. A server allows 1,000 unless
	// told otherwise.
	MaxTenants = 10_000
)

// subject is where the jobs of a tenant wait.
func subject(api string, class fleet.Class, tenant string) string {
	return "fleet.job." + api + "." + string(class) + "." + tenant
}

const (
	defaultLease = 30 * time.Second
	defaultKeep  = 7 * 24 * time.Hour
)
