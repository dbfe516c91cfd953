package models

import (
	"context"
	"crypto/rand"
	"fmt"
)

// secretBytes is the length of a shared key.
const secretBytes = 32

// Secret gives the key of a name that all processes share; whoever asks first makes it.
func (db *DB) Secret(ctx context.Context, name string) ([]byte, error) {
	fresh := make([]byte, secretBytes)
	_, _ = rand.Read(fresh) // never fails, crypto/rand says
	if _, err := db.NewRaw(`insert into secrets (name, value) values (?, ?) on conflict do nothing`, name, fresh).Exec(ctx); err != nil {
		return nil, fmt.Errorf("make secret %s: %w", name, err)
	}
	var value []byte
	if err := db.NewRaw(`select value from secrets where name = ?`, name).Scan(ctx, &value); err != nil {
		return nil, fmt.Errorf("read secret %s: %w", name, err)
	}
	return value, nil
}

// UnsubscribePurpose is what the signature of an unsubscribe link is made for.
const UnsubscribePurpose = "unsubscribe-mail"

// UnsubscribeMail ends mails about what happens around a person's styles; mails about their account still come.
func (db *DB) UnsubscribeMail(ctx context.Context, userID int64) error {
	_, err := db.NewRaw(`update accounts set mail_unsubscribed_at = ? where user_id = ? and mail_unsubscribed_at is null`, db.Now(), userID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("unsubscribe: %w", err)
	}
	return nil
}
