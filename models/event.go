package models

import (
	"context"
	"strconv"
)

// EventJob tells the subscribers of a topic that something happened to an object. It names the object and nothing of it:
// each subscriber reads it anew, as far as they may.
type EventJob struct {
	Topic string `json:"topic"`
	ID    int64  `json:"id"`
}

// publish records an event in the transaction that causes it.
func (tx *Tx) publish(ctx context.Context, topic string, id int64) error {
	return tx.Record(ctx, JobEvent, EventJob{Topic: topic, ID: id})
}

// NotificationTopic has the ids of notifications that a person gets or gets news of.
func NotificationTopic(recipientID int64) string { return topic(notificationTopic, recipientID) }

const notificationTopic = "notifications"

// PhotoTopic has the photo's own id whenever its state has changed.
func PhotoTopic(photoID int64) string { return topic("photo", photoID) }

// CommentTopic has the ids of comments that are added to a style.
func CommentTopic(styleID int64) string { return topic("comments", styleID) }

func topic(name string, id int64) string { return name + ":" + strconv.FormatInt(id, 10) }
