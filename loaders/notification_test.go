package loaders_test

import (
	"testing"

	"styleshare/loaders"
	"styleshare/models"
)

// A decision of moderators reaches its recipient with its subject and without a name, theirs included.
func TestModerationNamesNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	author := r.person(t, "mina")
	id := r.style(t, author, "")
	n := &models.Notification{RecipientID: author, Kind: models.Moderation, SubjectKind: "Style", SubjectID: id, ActorIDs: []int64{author}, ActorCount: 1,
		Position: 1, UpdatedAt: r.db.Now()}
	if _, err := r.db.NewInsert().Model(n).ExcludeColumn("id").Returning("id").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := r.loaders.Viewer(as(t, author)).Notifications(nil, nil)
	if err != nil || len(page.Nodes) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	told := page.Nodes[0]
	actors, err := told.Actors()
	if err != nil || actors == nil || len(actors) != 0 || told.ActorCount() != 0 {
		t.Errorf("%d actors of %d, %v", len(actors), told.ActorCount(), err)
	}
	if message, err := told.Message(); message != "Your style was taken down because it breaks the community rules" {
		t.Errorf("%q, %v", message, err)
	}
	if subject, err := told.Subject(); err != nil || subject.(*loaders.Style).ID != id {
		t.Errorf("%v, %v", subject, err)
	}
}
