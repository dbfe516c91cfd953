package loaders

import (
	"slices"

	"styleshare/internal/relay"
	"styleshare/models"
)

// Session is a phone or browser where the viewer is signed in.
type Session struct {
	*models.Session
	IsCurrent bool
}

// Sessions are where the viewer is signed in, latest first.
func (v *Viewer) Sessions() ([]*Session, error) {
	rows, err := v.sessions()
	sessions := make([]*Session, len(rows))
	for i, row := range rows {
		sessions[i] = &Session{row, row.ID == v.caller.SessionID}
	}
	return sessions, err
}

// Session is the session that the viewer's request came from, nil where it has just ended.
func (v *Viewer) Session() (*Session, error) {
	sessions, err := v.Sessions()
	if i := slices.IndexFunc(sessions, func(s *Session) bool { return s.IsCurrent }); i >= 0 {
		return sessions[i], nil
	}
	return nil, err
}

// ownSessions gives those of the sessions that are the viewer's.
func (r *request) ownSessions(ids []int64) (map[int64]*Session, error) {
	if r.viewer() == 0 {
		return nil, nil
	}
	all, err := r.asViewer().Sessions()
	return pick(ids, all, func(s *Session) int64 { return s.ID }), err
}

// IsNode marks the type for gqlgen.
func (*Session) IsNode() {}

// GlobalID is the Relay id.
func (s *Session) GlobalID() string { return relay.ID("Session", s.ID) }

// Device is what receives the viewer's push messages.
type Device struct{ *models.Device }

// Devices are what receives the viewer's push messages, latest first.
func (v *Viewer) Devices() ([]*Device, error) {
	rows, err := v.db.DevicesOf(v.ctx, v.viewer())
	devices := make([]*Device, len(rows))
	for i, row := range rows {
		devices[i] = &Device{row}
	}
	return devices, err
}

// ownDevices gives those of the devices that are the viewer's.
func (r *request) ownDevices(ids []int64) (map[int64]*Device, error) {
	if r.viewer() == 0 {
		return nil, nil
	}
	all, err := (&Viewer{request: r}).Devices()
	return pick(ids, all, func(d *Device) int64 { return d.ID }), err
}

// IsNode marks the type for gqlgen.
func (*Device) IsNode() {}

// GlobalID is the Relay id.
func (d *Device) GlobalID() string { return relay.ID("Device", d.ID) }

// pick gives those objects whose ids are asked for.
func pick[T any](ids []int64, all []*T, id func(*T) int64) map[int64]*T {
	found := make(map[int64]*T, len(ids))
	for _, object := range all {
		if slices.Contains(ids, id(object)) {
			found[id(object)] = object
		}
	}
	return found
}
