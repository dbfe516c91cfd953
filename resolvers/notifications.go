package resolvers

import (
	"context"

	"styleshare/graph/model"
	"styleshare/internal/relay"
	"styleshare/loaders"
	"styleshare/models"
)

// MarkNotificationsRead marks notifications as read.
func (r mutation) MarkNotificationsRead(ctx context.Context, input model.MarkNotificationsReadInput) (*model.MarkNotificationsReadPayload, error) {
	a, err := attempt(ctx, "markNotificationsRead", input.ClientMutationID, input)
	payload := &model.MarkNotificationsReadPayload{ClientMutationID: input.ClientMutationID}
	if err == nil {
		var ids []int64
		if ids, err = notificationIDs(input.NotificationIds); err == nil {
			var unread int
			unread, err = r.DB.MarkNotificationsRead(ctx, a, ids)
			payload.UnreadNotificationCount = &unread
		}
	}
	payload.UserErrors, err = userErrors(ctx, err)
	if len(payload.UserErrors) > 0 {
		payload.UnreadNotificationCount = nil
	}
	return payload, err
}

// notificationIDs is nil for nil: all of them.
func notificationIDs(globalIDs []string) ([]int64, error) {
	if globalIDs == nil {
		return nil, nil
	}
	return idsOf("Notification", "notificationIds", globalIDs, models.MaxPageSize)
}

// UpdateNotificationPreferences chooses by which channels the viewer hears of what, and when push waits.
func (r mutation) UpdateNotificationPreferences(ctx context.Context, input model.UpdateNotificationPreferencesInput) (*model.UpdateNotificationPreferencesPayload, error) {
	a, err := attempt(ctx, "updateNotificationPreferences", input.ClientMutationID, input)
	if err == nil {
		change := models.PreferenceChange{QuietFrom: input.QuietFrom, QuietUntil: input.QuietUntil}
		for _, p := range input.Preferences {
			change.Preferences = append(change.Preferences, models.NotificationPreference{Kind: p.Kind, Channels: p.Channels})
		}
		err = r.DB.UpdateNotificationPreferences(ctx, a, change)
	}
	faults, err := userErrors(ctx, err)
	payload := &model.UpdateNotificationPreferencesPayload{Preferences: []*models.NotificationPreference{}, ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if viewer := r.viewerIf(ctx, faults, err); viewer != nil {
		payload.Preferences, err = viewer.NotificationPreferences()
	}
	return payload, err
}

// RegisterDevice has push messages sent to a device.
func (r mutation) RegisterDevice(ctx context.Context, input model.RegisterDeviceInput) (*model.RegisterDevicePayload, error) {
	a, err := attempt(ctx, "registerDevice", input.ClientMutationID, input)
	var id int64
	if err == nil {
		id, err = r.DB.RegisterDevice(ctx, a, input.Platform, input.Token, value(input.Name, ""))
	}
	faults, err := userErrors(ctx, err)
	payload := &model.RegisterDevicePayload{ClientMutationID: input.ClientMutationID, UserErrors: faults}
	if err != nil || len(faults) > 0 {
		return payload, err
	}
	nodes, err := r.Loaders.Nodes(ctx, []string{relay.ID("Device", id)})
	if err == nil {
		payload.Device, _ = nodes[0].(*loaders.Device)
	}
	return payload, err
}

// UnregisterDevice ends push messages to a device.
func (r mutation) UnregisterDevice(ctx context.Context, input model.UnregisterDeviceInput) (*model.UnregisterDevicePayload, error) {
	id, faults, err := changing(ctx, "Device", "deviceId", input.DeviceID, "unregisterDevice", input.ClientMutationID, input, r.DB.UnregisterDevice)
	return &model.UnregisterDevicePayload{DeviceID: globalIDIf(faults, "Device", id), ClientMutationID: input.ClientMutationID, UserErrors: faults}, err
}
