package e2e

import "testing"

// collections has people keep styles: hana in public and in private, yuna's are behind her private account.
func (w *world) collections(t *testing.T) {
	t.Helper()
	for _, c := range []struct {
		name, owner string
		isPrivate   bool
		styles      []string
	}{
		{"collection hana", "hana", false, []string{"style 5", "style 6"}},
		{"collection secret", "hana", true, []string{"style 6"}},
		{"collection yuna", "yuna", false, []string{"style private", "style 5"}},
	} {
		a := w.people[c.owner].Do(t, `mutation ($input: CreateCollectionInput!) { createCollection(input: $input) { collection { id } userErrors { code } } }`,
			Vars{"input": Vars{"name": c.name, "isPrivate": c.isPrivate}}).OK(t)
		w.ids[c.name] = a.Text("createCollection.collection.id")
		for _, style := range c.styles {
			w.people[c.owner].Do(t, "Collect", Vars{"input": Vars{"styleId": w.ids[style], "collectionId": w.ids[c.name]}}).OK(t)
		}
	}
}
