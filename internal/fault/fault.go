// Package fault holds the two faces of an error: what a client may read, and the cause that only the log sees.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code is the `extensions.code` of a GraphQL error: a closed set that clients may switch on.
type Code string

// The codes of the contract.
const (
	Unauthenticated        Code = "UNAUTHENTICATED"
	Forbidden              Code = "FORBIDDEN"
	NotFound               Code = "NOT_FOUND"
	BadUserInput           Code = "BAD_USER_INPUT"
	RateLimited            Code = "RATE_LIMITED"
	CostExceeded           Code = "COST_EXCEEDED"
	PersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	Internal               Code = "INTERNAL"
)

// Error is a failure that a client learns of through Code and Message; Cause stays in the log.
type Error struct {
	Code    Code
	Message string // safe for the client, English, says what to change
	Cause   error
	// RetryAfter says when a client that asked too much or too often may come back; zero where that is unknown.
	RetryAfter time.Duration
	// Figures are more entries of the error's extensions, for programs: by how much a limit is exceeded.
	Figures map[string]int
}

// New makes an Error without a cause.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error whose cause goes to the log only.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// Error is the face for the log.
func (e *Error) Error() string {
	if e.Cause == nil {
		return string(e.Code) + ": " + e.Message
	}
	return string(e.Code) + ": " + e.Message + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf tells the code of an error; anything that is no *Error is Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// UserCode is the code of a UserError of the contract: something the person can put right.
type UserCode string

// The user error codes of the contract.
const (
	Required             UserCode = "REQUIRED"
	Invalid              UserCode = "INVALID"
	TooShort             UserCode = "TOO_SHORT"
	TooLong              UserCode = "TOO_LONG"
	TooMany              UserCode = "TOO_MANY"
	Taken                UserCode = "TAKEN"
	UserNotFound         UserCode = "NOT_FOUND"
	NotAllowed           UserCode = "NOT_ALLOWED"
	AlreadyDone          UserCode = "ALREADY_DONE"
	WrongCredentials     UserCode = "WRONG_CREDENTIALS"
	Expired              UserCode = "EXPIRED"
	UnsupportedMediaType UserCode = "UNSUPPORTED_MEDIA_TYPE"
	TooLarge             UserCode = "TOO_LARGE"
	NotReady             UserCode = "NOT_READY"
	IdempotencyKeyReused UserCode = "IDEMPOTENCY_KEY_REUSED"
	Blocked              UserCode = "BLOCKED"
	Suspended            UserCode = "SUSPENDED"
)

// User is one thing the person can put right. Text is a key of the message catalogue (internal/localize)
// and Args are what its placeholders take; the resolver puts both into the caller's language.
type User struct {
	Field []string `json:"field,omitempty"` // path of the input field, outermost first; nil for the input as a whole
	Code  UserCode `json:"code"`
	Text  string   `json:"text"`
	Args  []any    `json:"args,omitempty"`
}

// Users is what a verb returns when the person can put things right: all of them at once.
type Users []User //nolint:recvcheck // Add must grow the slice; an error is a value

// Error lists field and code, never the input.
func (u Users) Error() string {
	parts := make([]string, len(u))
	for i, e := range u {
		parts[i] = strings.Join(e.Field, ".") + " " + string(e.Code)
	}
	return "user errors: " + strings.Join(parts, ", ")
}

// Reject makes Users with one entry; field is a dotted path, empty for the input as a whole.
func Reject(field string, code UserCode, text string, args ...any) Users {
	var u Users
	u.Add(field, code, text, args...)
	return u
}

// Add appends one entry; field is a dotted path, empty for the input as a whole.
func (u *Users) Add(field string, code UserCode, text string, args ...any) {
	e := User{Code: code, Text: text, Args: args}
	if field != "" {
		e.Field = strings.Split(field, ".")
	}
	*u = append(*u, e)
}

// Err is nil when nothing was added, so that a verb can end its checks with it.
func (u Users) Err() error {
	if len(u) == 0 {
		return nil
	}
	return u
}
