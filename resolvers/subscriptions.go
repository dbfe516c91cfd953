package resolvers

import (
	"context"
	"time"

	"styleshare/graph/model"
	"styleshare/graph/transport"
	"styleshare/internal/fault"
	"styleshare/internal/realtime"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// eventTimeout bounds how long it may take to read what an event is about, for one subscriber.
const eventTimeout = 15 * time.Second

// errHidden is the answer where there is nothing, or nothing for the viewer.
func errHidden(what string) error { return fault.New(fault.NotFound, "there is no such %s", what) }

// NotificationReceived tells the viewer what happens to them.
func (r subscription) NotificationReceived(ctx context.Context, after *string) (<-chan *model.NotificationEvent, error) {
	caller := loaders.CallerOf(ctx)
	if caller.Refused != nil {
		return nil, caller.Refused
	}
	if caller.UserID == 0 {
		return nil, errSignInFirst
	}
	events, err := r.listen(models.NotificationTopic(caller.UserID), after)
	if err != nil {
		return nil, err
	}
	return follow(ctx, events, nil, func(ctx context.Context, e realtime.Event) (*model.NotificationEvent, bool, error) {
		notification, err := r.Loaders.Notification(ctx, e.ID)
		if err != nil || notification == nil {
			return nil, true, err
		}
		unread, err := r.DB.UnreadNotificationCount(ctx, caller.UserID)
		return &model.NotificationEvent{Cursor: cursorOf(e), Notification: notification, UnreadNotificationCount: unread}, true, err
	}), nil
}

// CommentAdded tells of comments on a style, as long as the viewer may see it.
func (r subscription) CommentAdded(ctx context.Context, styleID string, after *string) (<-chan *model.CommentEvent, error) {
	id, err := argument(ctx, "Style", styleID)
	if err != nil {
		return nil, err
	}
	style, err := r.Loaders.Style(ctx, id)
	if err != nil {
		return nil, err
	}
	if style == nil {
		return nil, errHidden("style")
	}
	events, err := r.listen(models.CommentTopic(id), after)
	if err != nil {
		return nil, err
	}
	return follow(ctx, events, nil, func(ctx context.Context, e realtime.Event) (*model.CommentEvent, bool, error) {
		comment, err := r.Loaders.Comment(ctx, e.ID)
		if err != nil || comment != nil {
			return &model.CommentEvent{Cursor: cursorOf(e), Comment: comment}, true, err
		}
		style, err := r.Loaders.Style(ctx, id) // deleted, or its author is hidden, or all of the style is
		return nil, style != nil, err
	}), nil
}

// PhotoUpdated gives a photo now and whenever its state changes, until it changes no more.
func (r subscription) PhotoUpdated(ctx context.Context, id string) (<-chan *loaders.Photo, error) {
	photoID, err := argument(ctx, "Photo", id)
	if err != nil {
		return nil, err
	}
	photo, err := r.Loaders.Photo(ctx, photoID)
	if err != nil {
		return nil, err
	}
	if photo == nil {
		return nil, errHidden("photo")
	}
	events, err := r.listen(models.PhotoTopic(photoID), nil)
	if err != nil {
		return nil, err
	}
	var state models.PhotoState
	load := func(ctx context.Context, _ realtime.Event) (*loaders.Photo, bool, error) {
		// Not from the caches: should they have the state of before, nothing would tell of the last change again.
		photo, err := r.Loaders.PhotoNow(ctx, photoID)
		if err != nil || photo == nil {
			return nil, false, err
		}
		more := photo.State != models.PhotoReady && photo.State != models.PhotoRejected
		if photo.State == state {
			return nil, more, nil
		}
		state = photo.State
		return photo, more, nil
	}
	// Read once more now that nothing is missed.
	return follow(ctx, events, &realtime.Event{}, load), nil
}

// argument reads an id that a subscription is asked for by.
func argument(ctx context.Context, typeName, globalID string) (int64, error) {
	if refused := loaders.CallerOf(ctx).Refused; refused != nil {
		return 0, refused
	}
	gotType, id, err := relay.ParseID(globalID)
	switch {
	case err != nil:
		return 0, fault.New(fault.BadUserInput, "the id is none of this server: pass ids as they were given")
	case gotType != typeName:
		return 0, fault.New(fault.NotFound, "the id is not that of a %s", typeName)
	}
	return id, nil
}

// listen subscribes to a topic, from a cursor on where one is given.
func (r subscription) listen(topic string, after *string) (*realtime.Subscription, error) {
	if after == nil {
		return r.Events.Subscribe(topic, nil), nil
	}
	var from realtime.Position
	var err error
	from.Milliseconds, from.Sequence, err = relay.ParseEventCursor(*after)
	if err != nil || !r.Events.Known(from) {
		return nil, fault.New(fault.BadUserInput, "after: the cursor is none of this server: pass cursors as they were given")
	}
	return r.Events.Subscribe(topic, &from), nil
}

func cursorOf(e realtime.Event) string {
	return relay.EventCursor(e.Position.Milliseconds, e.Position.Sequence)
}

// follow sends what load makes of each event, of first at once where there is one. load reads as the subscriber, in a
// request of its own; it gives nil where there is nothing for them to see, and more is false where nothing will follow.
func follow[T any](ctx context.Context, events *realtime.Subscription, first *realtime.Event,
	load func(context.Context, realtime.Event) (value *T, more bool, err error)) <-chan *T {
	return transport.Produce(ctx, func(send func(*T) bool) error {
		defer events.Close()
		release := func() {}
		defer func() { release() }()
		for {
			var event realtime.Event
			var err error
			if first != nil {
				event, first = *first, nil
			} else if event, err = events.Next(ctx); err != nil {
				return err
			}
			// The value reads on while it is sent: its time is over once the next one was taken.
			eventCtx, cancel := context.WithTimeout(ctx, eventTimeout)
			value, more, err := load(eventCtx, event)
			if err != nil || value == nil {
				cancel()
			} else {
				taken := send(value)
				release()
				if release = cancel; !taken {
					return ctx.Err()
				}
			}
			if err != nil || !more {
				return err
			}
		}
	})
}
