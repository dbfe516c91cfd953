package loaders

import (
	"context"

	"styleshare/internal/fault"
	"styleshare/internal/relay"
	"styleshare/models"
)

// Node is any object with a Relay id.
type Node interface {
	IsNode()
	GlobalID() string
}

// finders give, for each type of Node, those of the objects that the viewer may see.
var finders = map[string]func(*request, []int64) (map[int64]Node, error){
	"User":         finder((*request).usersByID),
	"Style":        finder((*request).visibleStyles),
	"Photo":        finder((*request).visiblePhotos),
	"Comment":      finder((*request).visibleComments),
	"ItemTag":      finder((*request).visibleItems),
	"Tag":          finder((*request).tagsByID),
	"Brand":        finder((*request).brandsByID),
	"Collection":   finder((*request).visibleCollections),
	"Question":     finder((*request).visibleQuestions),
	"Answer":       finder((*request).visibleAnswers),
	"Notification": finder((*request).ownNotifications),
	"Report":       finder((*request).visibleReports),
	"Session":      finder((*request).ownSessions),
	"Device":       finder((*request).ownDevices),
}

func finder[T any, P interface {
	*T
	Node
}](find func(*request, []int64) (map[int64]*T, error)) func(*request, []int64) (map[int64]Node, error) {
	return func(r *request, ids []int64) (map[int64]Node, error) {
		found, err := find(r, ids)
		nodes := make(map[int64]Node, len(found))
		for id, object := range found {
			nodes[id] = P(object)
		}
		return nodes, err
	}
}

// Nodes gives the objects in the order of the ids, nil for each that does not exist or is hidden. Ids that this server
// never made, and more than models.MaxPageSize of them, are BAD_USER_INPUT.
func (l *Loaders) Nodes(ctx context.Context, globalIDs []string) ([]Node, error) {
	if len(globalIDs) > models.MaxPageSize {
		return nil, fault.New(fault.BadUserInput, "ask for %d ids at most, not %d", models.MaxPageSize, len(globalIDs))
	}
	r := l.request(ctx)
	type place struct {
		typeName string
		id       int64
	}
	places := make([]place, len(globalIDs))
	byType := make(map[string][]int64)
	var types []string // in the order in which they are asked for, so that the same question is answered in the same way
	for i, globalID := range globalIDs {
		typeName, id, err := relay.ParseID(globalID)
		if err != nil || finders[typeName] == nil {
			return nil, fault.New(fault.BadUserInput, "id number %d is none of this server: pass ids as they were given", i+1)
		}
		places[i] = place{typeName, id}
		if byType[typeName] == nil {
			types = append(types, typeName)
		}
		byType[typeName] = append(byType[typeName], id)
	}
	found := make(map[string]map[int64]Node, len(byType))
	for _, typeName := range types {
		nodes, err := finders[typeName](r, byType[typeName])
		if err != nil {
			return nil, err
		}
		found[typeName] = nodes
	}
	nodes := make([]Node, len(places))
	for i, p := range places {
		nodes[i] = found[p.typeName][p.id]
	}
	return nodes, nil
}
