package push

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	// answerTimeout bounds one request with its answer.
	answerTimeout = 15 * time.Second
	// retryDelay is used where a provider asks for patience and does not say how much. FCM documents a minute as the
	// default after 429 and at least ten seconds after 5xx.
	retryDelay = time.Minute
	// Retry-After is believed within these bounds.
	minRetry, maxRetry = time.Second, 6 * time.Hour
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10
)

var (
	errDistrusted = errors.New("push: the provider calls most tokens dead, which is not believed")
	errMalformed  = errors.New("push: the token is malformed")
	errTooLarge   = errors.New("push: the notification is too large even without its body")
)

// unreachable is the outcome of a request without an answer. The address is cut off the error: it holds the token.
func unreachable(provider string, err error) (Outcome, error) {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return Outcome{Status: Retry, RetryAfter: retryDelay}, fmt.Errorf("push: %s: %w", provider, err)
}

// rejected is the outcome of an answer that says nothing about the token: later for 429 and 5xx, never otherwise.
func rejected(provider string, status int, reason, retryAfter string) (Outcome, error) {
	err := fmt.Errorf("push: %s answered %d %s", provider, status, reason)
	if status == http.StatusTooManyRequests || status >= 500 {
		return Outcome{Status: Retry, RetryAfter: parseRetryAfter(retryAfter, time.Now())}, err
	}
	return Outcome{Status: Refused}, err
}

// parseRetryAfter reads both forms of the header (RFC 9110, 10.2.3).
func parseRetryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(header, 10, 64); err == nil && seconds >= 0 {
		return min(max(time.Duration(min(seconds, int64(maxRetry/time.Second)))*time.Second, minRetry), maxRetry)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), minRetry), maxRetry)
	}
	return retryDelay
}

// drain reads the rest of an answer within bounds, so that its connection can be used again.
func drain(response *http.Response) {
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	_ = response.Body.Close()
}
