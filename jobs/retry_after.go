package jobs

import (
	"errors"
	"time"
)

// retryAfterError is a failure whose next attempt has a time of its own.
type retryAfterError struct {
	error
	after time.Duration
}

func (e *retryAfterError) Unwrap() error { return e.error }

// RetryAfter marks an error that is not worth another attempt before a while, whatever the kind's Policy says: the other
// side has named the time.
func RetryAfter(err error, after time.Duration) error {
	if after <= 0 {
		return err
	}
	return &retryAfterError{err, after}
}

// retryDelay is the wait that the error asks for or, where it asks for none or for less, that of the policy.
func (p Policy) retryDelay(failures int, err error) time.Duration {
	delay := p.delay(failures)
	if e, ok := errors.AsType[*retryAfterError](err); ok {
		return max(delay, e.after)
	}
	return delay
}
