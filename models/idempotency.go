package models

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"styleshare/internal/fault"
)

// IdempotencyTTL is how long a clientMutationId is remembered (the contract says 24 hours).
const IdempotencyTTL = 24 * time.Hour

// maxIdempotencyKey bounds a clientMutationId, in bytes: a UUID takes 36.
const maxIdempotencyKey = 128

// Attempt names one mutation of one person. An empty Key means that the client does not ask for idempotency.
//
// Of a mutation that needs no session, the person is the one whom the input leads to, and the verb finds out who that is:
// nobody comes across the keys of others. The hash leaves passwords out there; the verb compares them as it always does.
type Attempt struct {
	UserID    int64 // 0 where the verb finds it
	Mutation  string
	Key       string // clientMutationId
	InputHash []byte
	// OnlyAgain says that the person may not do it (any more): only what it was answered before is given.
	OnlyAgain bool
}

// ErrNotAnswered says that an attempt that may only be made again was not made before.
var ErrNotAnswered = errors.New("models: no such attempt was made before")

// NewAttempt hashes the input, so that a key that comes back with another one is noticed.
func NewAttempt(userID int64, mutation string, key *string, input any) (Attempt, error) {
	a := Attempt{UserID: userID, Mutation: mutation}
	if key == nil || *key == "" {
		return a, nil
	}
	if len(*key) > maxIdempotencyKey {
		return a, fault.Reject("clientMutationId", fault.TooLong, "too_long", maxIdempotencyKey)
	}
	text, err := json.Marshal(input)
	if err != nil {
		return a, fmt.Errorf("hash the input of %s: %w", mutation, err)
	}
	sum := sha256.Sum256(text)
	a.Key, a.InputHash = *key, sum[:]
	return a, nil
}

// withPasswords is the attempt of an input that holds passwords. One byte of its fast hash is enough to notice a key that
// is used again, and too little to find a password by.
func (a Attempt) withPasswords() Attempt {
	a.InputHash = a.InputHash[:min(len(a.InputHash), 1)]
	return a
}

// answer is what is remembered of the first time.
type answer struct {
	Result json.RawMessage `json:"result,omitempty"`
	Errors fault.Users     `json:"errors,omitempty"`
}

// read puts the result into a pointer, or gives the user errors.
func (a answer) read(into any) error {
	if err := a.Errors.Err(); err != nil {
		return err
	}
	return json.Unmarshal(a.Result, into)
}

// rememberedAs is how the result of a success is kept.
func rememberedAs(result any) (string, error) {
	text, err := json.Marshal(result)
	if err == nil {
		text, err = json.Marshal(answer{Result: text})
	}
	return string(text), err
}

// Once runs verb in one transaction, or gives the result it gave the first time the attempt was made. The result
// should be ids: a replay reads the objects behind them anew. User errors are remembered too. The same attempt made
// at the same moment waits for the first to end.
func Once[R any](ctx context.Context, db *DB, a Attempt, verb func(context.Context, *Tx) (R, error)) (R, error) {
	var result R
	if a.OnlyAgain {
		first, known, err := db.recall(ctx, a)
		switch {
		case err != nil:
			return result, err
		case !known:
			return result, ErrNotAnswered
		}
		return result, first.read(&result)
	}
	if a.Key == "" {
		err := db.InTx(ctx, func(ctx context.Context, tx *Tx) (err error) {
			tx.writer = a.UserID
			result, err = verb(ctx, tx)
			return err
		})
		return result, err
	}
	first, err := db.once(ctx, a, func(ctx context.Context, tx *Tx) (answer, error) {
		result, err := verb(ctx, tx)
		if err != nil {
			return answer{}, err
		}
		text, err := json.Marshal(result)
		return answer{Result: text}, err
	})
	if users, ok := errors.AsType[fault.Users](err); ok && !isKeyReused(users) {
		// The transaction was rolled back with its claim. Where the same attempt has claimed the key since, its answer counts.
		first, err = db.once(ctx, a, func(context.Context, *Tx) (answer, error) { return answer{Errors: users}, nil })
	}
	if err == nil {
		err = first.read(&result)
	}
	return result, err
}

// onceIn is Once within a transaction that has found out who the person is. What it refuses is not remembered.
func onceIn[R any](ctx context.Context, tx *Tx, a Attempt, verb func() (R, error)) (result R, err error) {
	if a.Key == "" {
		return verb()
	}
	first, known, err := claim(ctx, tx, a)
	switch {
	case err != nil:
		return result, err
	case known:
		return result, first.read(&result)
	}
	if result, err = verb(); err != nil {
		return result, err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return result, err
	}
	return result, remember(ctx, tx, a, answer{Result: text})
}

// recall gives what an attempt was answered before, without making it.
func (db *DB) recall(ctx context.Context, a Attempt) (first answer, known bool, err error) {
	if a.Key == "" {
		return answer{}, false, nil
	}
	var same bool
	var text []byte
	err = db.NewRaw(`select input_hash = ?, result from idempotency_keys where user_id = ? and mutation = ? and key = ? and created_at > ?`,
		a.InputHash, a.UserID, a.Mutation, a.Key, db.Now().Add(-IdempotencyTTL)).Scan(ctx, &same, &text)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return answer{}, false, nil
	case err != nil:
		return answer{}, false, fmt.Errorf("recall an attempt: %w", err)
	case !same:
		return answer{}, false, fault.Reject("clientMutationId", fault.IdempotencyKeyReused, "reused_key")
	}
	return first, true, json.Unmarshal(text, &first)
}

// once remembers what verb answers, unless something is remembered already, and gives what is.
func (db *DB) once(ctx context.Context, a Attempt, verb func(context.Context, *Tx) (answer, error)) (first answer, err error) {
	err = db.InTx(ctx, func(ctx context.Context, tx *Tx) error {
		tx.writer = a.UserID
		remembered, known, err := claim(ctx, tx, a)
		if err != nil || known {
			first = remembered
			return err
		}
		if first, err = verb(ctx, tx); err != nil {
			return err
		}
		return remember(ctx, tx, a, first)
	})
	return first, err
}

func isKeyReused(users fault.Users) bool {
	return len(users) == 1 && users[0].Code == fault.IdempotencyKeyReused
}

// claim inserts the attempt's row, which makes a second one wait for this transaction, or reads what is there.
func claim(ctx context.Context, tx *Tx, a Attempt) (first answer, known bool, err error) {
	n, err := tx.exec(ctx, `insert into idempotency_keys as k (user_id, mutation, key, input_hash, result, created_at)
		values ($1, $2, $3, $4, '{}', $5) on conflict (user_id, mutation, key)
		do update set input_hash = excluded.input_hash, result = '{}', created_at = excluded.created_at where k.created_at <= $6`,
		a.UserID, a.Mutation, a.Key, a.InputHash, tx.now, tx.now.Add(-IdempotencyTTL))
	if err != nil || n > 0 {
		return answer{}, false, err
	}
	var same bool
	var text []byte
	err = tx.NewRaw(`select input_hash = ?, result from idempotency_keys where user_id = ? and mutation = ? and key = ?`,
		a.InputHash, a.UserID, a.Mutation, a.Key).Scan(ctx, &same, &text)
	if err != nil {
		return answer{}, false, err
	}
	if !same {
		return answer{}, false, fault.Reject("clientMutationId", fault.IdempotencyKeyReused, "reused_key")
	}
	return first, true, json.Unmarshal(text, &first)
}

func remember(ctx context.Context, tx *Tx, a Attempt, what answer) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `update idempotency_keys set result = $1 where user_id = $2 and mutation = $3 and key = $4`,
		string(text), a.UserID, a.Mutation, a.Key)
	return err
}
