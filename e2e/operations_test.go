package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"styleshare/graph"
)

func TestAppOperationsAreServed(t *testing.T) {
	t.Parallel()
	for _, name := range graph.OperationNames() {
		_, err := gqlparser.LoadQueryWithRules(servedSchema(), appOperations()[name], rules.NewDefaultRules())
		if err != nil {
			t.Errorf("%s is not served: %v", name, err)
		}
	}
}

// appRequest makes the variables of one of the apps' operations; what it takes for the operation to do something is done
// before.
type appRequest func(t *testing.T, w *world) Vars

func always(variables func(w *world) Vars) appRequest {
	return func(_ *testing.T, w *world) Vars { return variables(w) }
}

// onStyle is the input of a mutation of a style that undo has just brought into its former state.
func onStyle(undo string, more ...any) appRequest {
	return func(t *testing.T, w *world) Vars {
		t.Helper()
		input := Vars{"styleId": w.ids["style 10"]}
		if undo != "" {
			w.people["minji"].Do(t, undo, Vars{"input": input}).OK(t)
		}
		for i := 0; i+1 < len(more); i += 2 {
			input[more[i].(string)] = more[i+1]
		}
		return Vars{"input": input}
	}
}

// appRequests are typical of the apps: full pages where there are pages.
var appRequests = map[string]appRequest{
	"HomeFeed":      always(func(*world) Vars { return nil }),
	"Discover":      always(func(*world) Vars { return nil }),
	"Notifications": always(func(*world) Vars { return nil }),
	"Me":            always(func(*world) Vars { return nil }),
	"StyleDetail":   always(func(w *world) Vars { return Vars{"id": w.ids["style 24"]} }),
	"Profile":       always(func(*world) Vars { return Vars{"username": "hana"} }),
	"Followers":     always(func(*world) Vars { return Vars{"username": "minji"} }),
	"TagPage":       always(func(*world) Vars { return Vars{"name": "ootd"} }),
	"Search":        always(func(*world) Vars { return Vars{"text": "ootd"} }),
	"Refetch": always(func(w *world) Vars {
		var ids []string
		for n := 1; n <= worldStyles; n++ {
			ids = append(ids, w.ids[fmt.Sprintf("style %d", n)], w.ids[fmt.Sprintf("photo %d.1", n)])
		}
		return Vars{"ids": append(ids, w.ids["sora"], w.ids["hana"], w.ids["avatar hana"])}
	}),
	"Questions": always(func(*world) Vars { return nil }),
	"AskItemInfo": func(t *testing.T, w *world) Vars {
		t.Helper()
		w.forgetAsks(t)
		return Vars{"input": Vars{"styleId": w.ids["style 10"], "photoId": w.ids["photo 10.1"], "x": 0.5, "y": 0.5}}
	},
	"AnswerItemInfo": func(t *testing.T, w *world) Vars {
		t.Helper()
		id := w.ids["style minji"]
		w.people["minji"].Do(t, `mutation ($input: UpdateStyleInput!) { updateStyle(input: $input) { userErrors { code } } }`, Vars{"input": Vars{"styleId": id, "items": []Vars{}}}).OK(t)
		w.forgetAsks(t)
		for _, name := range []string{"sora", "hana"} {
			w.people[name].Do(t, "AskItemInfo", Vars{"input": Vars{"styleId": id}}).OK(t)
		}
		return Vars{"input": Vars{"styleId": id, "items": []Vars{{"photoId": w.ids["unused 3"], "x": 0, "y": 0, "name": "coat", "brand": "Maison Café"}}}}
	},
	"Like":    onStyle(`mutation ($input: UnlikeStyleInput!) { unlikeStyle(input: $input) { userErrors { code } } }`),
	"Collect": onStyle(`mutation ($input: UncollectStyleInput!) { uncollectStyle(input: $input) { userErrors { code } } }`),
	"Calendar": always(func(*world) Vars {
		today := time.Now().In(time.FixedZone("Seoul", 9*60*60)) // which the argument means where it is not given
		return Vars{"username": "hana", "year": today.Year(), "month": int(today.Month())}
	}),
	"Comment": onStyle("", "body", "pretty, @hana!"),
	"Follow": func(t *testing.T, w *world) Vars {
		t.Helper()
		input := Vars{"input": Vars{"userId": w.ids["hana"]}}
		w.people["minji"].Do(t, `mutation ($input: UnfollowInput!) { unfollow(input: $input) { userErrors { code } } }`, input).OK(t)
		return input
	},
	"StartUpload": always(func(*world) Vars { return Vars{"input": Vars{"contentType": "image/jpeg", "byteSize": 1000}} }),
	"FinishUpload": func(t *testing.T, w *world) Vars {
		t.Helper()
		id, _ := w.people["minji"].StartUpload(t, picture(t, 20, 20), "image/jpeg")
		return Vars{"input": Vars{"photoId": id}}
	},
	"Publish": func(t *testing.T, w *world) Vars {
		t.Helper()
		id := w.people["minji"].Upload(t, picture(t, 20, 20), "image/jpeg")
		w.people["minji"].Photo(t, id)
		w.Settle(t)
		return Vars{"input": Vars{"photoIds": []string{id}, "caption": "new #ootd with @hana", "items": []Vars{{"photoId": id, "x": 0, "y": 0, "name": "coat", "brand": "Maison Café"}}}}
	},
	"SignUp": func(_ *testing.T, w *world) Vars {
		name := fmt.Sprintf("newcomer.%d", w.Stack.people.Add(1))
		return Vars{"input": Vars{"username": name, "email": name + "@example.com", "password": password}}
	},
	"SignIn": always(func(*world) Vars { return Vars{"input": Vars{"login": "minji", "password": password}} }),
	"Refresh": func(t *testing.T, w *world) Vars {
		t.Helper()
		return Vars{"input": Vars{"refreshToken": w.people["minji"].SignIn(t).RefreshToken}}
	},
}

// forgetAsks has nobody have asked what an item is.
func (w *world) forgetAsks(t *testing.T) {
	t.Helper()
	w.Exec(t, `delete from item_info_requests`)
	w.Exec(t, `update styles set item_info_request_count = 0 where item_info_request_count <> 0`)
}

// testOperations pins the number of SQL statements of each of the apps' operations.
func (w *world) testOperations(t *testing.T) {
	const pins = "statements.txt"
	want := wanted(t, pins, "")
	var table strings.Builder
	table.WriteString("SQL statements of the apps' operations; cold: with an empty memcached, warm: with everything in it.\n" +
		"Beside them, each process asks for a session once in two seconds.\n\n")
	fmt.Fprintf(&table, "%-14s %4s %4s\n", "", "cold", "warm")
	// What a subscription takes depends on what happens.
	served := slices.DeleteFunc(graph.OperationNames(), func(name string) bool {
		return strings.HasPrefix(appOperations()[name], "subscription")
	})
	if missing := slices.DeleteFunc(slices.Sorted(maps.Keys(appRequests)), func(name string) bool { return slices.Contains(served, name) }); len(missing) > 0 {
		t.Errorf("the apps have no operation %v", missing)
	}
	for _, name := range served {
		request := appRequests[name]
		if request == nil {
			t.Fatalf("no request for %s", name)
		}
		table.WriteString(w.countLike(t, want, fmt.Sprintf("%-14s ", name)+"%4d %4d\n", func() question {
			variables := request(t, w)
			return func(headers ...string) Answer { return w.people["minji"].Do(t, name, variables, headers...).OK(t) }
		}))
	}
	t.Log("\n" + table.String())
	compare(t, pins, table.String(), "")
}
