package transport

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"styleshare/internal/fault"
	"styleshare/internal/ratelimit"
)

// Charge is what an operation was found to cost before it was executed, and the caller's budget after it.
type Charge struct {
	Requested  int // at most, of the document with its variables
	PerRequest int // what one operation may cost
	// Balance is the caller's budget of this minute; the zero Balance where nobody is charged.
	Balance ratelimit.Balance
}

// chargeKey is the name under which the operation's statistics have its Charge.
const chargeKey = "cost"

// ChargeOf tells what the operation of ctx was charged.
func ChargeOf(ctx context.Context) Charge {
	c, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(chargeKey).(Charge)
	return c
}

// charge refuses an operation that costs more than one may, or more than is left of the caller's budget.
func (e *Executor) charge(ctx context.Context, op *graphql.OperationContext, doc *document) *fault.Error {
	c := Charge{Requested: doc.costs[op.Operation].Cost(op.Variables), PerRequest: e.config.CostPerRequest}
	if c.Requested > c.PerRequest {
		err := fault.New(fault.CostExceeded, "the operation costs %d, and one operation may cost %d: ask for shorter pages, or in several requests",
			c.Requested, c.PerRequest)
		err.Figures = map[string]int{"requested": c.Requested, "budget": c.PerRequest}
		return err
	}
	if e.config.Spend != nil {
		if c.Balance = e.config.Spend(ctx, c.Requested); !c.Balance.Allowed {
			return overBudget(c)
		}
	}
	op.Stats.SetExtension(chargeKey, c)
	return nil
}

func overBudget(c Charge) *fault.Error {
	b := c.Balance
	err := fault.New(fault.CostExceeded, "the operation costs %d, and %d is left of the %d that you may spend in a minute: try again later",
		c.Requested, b.Remaining, b.Budget)
	err.Figures = map[string]int{"requested": c.Requested, "budget": b.Budget, "remaining": b.Remaining}
	err.RetryAfter = max(time.Until(b.ResetAt), time.Second)
	return err
}
