package models

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// found is what a search of a list finds, all of it, page by page.
func found(t testing.TB, db *DB, list SearchList, viewer int64, text string) []int64 {
	t.Helper()
	return foundBy(t, db, list, viewer, text, 100, nil)
}

// foundBy walks over the pages of a search; between two of them, between is called.
func foundBy(t testing.TB, db *DB, list SearchList, viewer int64, text string, size int, between func()) []int64 {
	t.Helper()
	s := must(NewSearch(text))
	var ids []int64
	for after := (*string)(nil); ; {
		matches, more, err := db.Search(t.Context(), s, list, viewer, must(NewSearchPage(&size, after)))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		for _, m := range matches {
			ids = append(ids, m.ID)
		}
		if !more {
			return ids
		}
		after = &matches[len(matches)-1].Cursor
		if between != nil {
			between()
		}
	}
}

func finds(t testing.TB, db *DB, list SearchList, viewer int64, text string, want ...int64) {
	t.Helper()
	if got := found(t, db, list, viewer, text); !slices.Equal(got, want) {
		t.Errorf("%d finds %v by %q, want %v", viewer, got, text, want)
	}
}

func TestStylesAreFoundByWhatTheySay(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := publishedWith(t, db, author, "오버핏 코트를 샀다 #데일리룩", ItemInput{Name: "울 블렌드 코트", Brand: ptr("무신사 스탠다드")}, ItemInput{Name: "Wide pants"})
	for _, text := range []string{"오버핏코트", "데일리", "ㅇㅂㅍ", "울", "무신사", "pan", "widepants", "wide 코트", "무신사 코트"} {
		finds(t, db, FoundStyles, 0, text, id)
	}
	for _, text := range []string{"니트", "ants", "무신사 니트", "핏코트를샀다"} {
		finds(t, db, FoundStyles, 0, text)
	}
	must(db.UpdateStyle(t.Context(), by(author), id, StyleChange{Caption: ptr("이제는 니트"), Items: ptr([]ItemInput{})}))
	finds(t, db, FoundStyles, 0, "니트", id)
	finds(t, db, FoundStyles, 0, "코트")
	finds(t, db, FoundStyles, 0, "데일리룩")
	must(db.DeleteStyle(t.Context(), by(author), id))
	finds(t, db, FoundStyles, 0, "니트")
	inTx(t, db, func(ctx context.Context, tx *Tx) error { return tx.EraseStyle(ctx, id) })
	if n := one[int](t, db, `select count(*) from search_styles`); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}

func TestStylesAreFoundWhenTheirPhotosAreReady(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	photo := photoIn(t, db, author, PhotoProcessing)
	id := must(db.PublishStyle(t.Context(), by(author), StyleInput{PhotoIDs: []int64{photo}, Caption: "새 원피스"}))
	finds(t, db, FoundStyles, author, "원피스")
	inTx(t, db, func(ctx context.Context, tx *Tx) error {
		_, err := tx.PhotoReady(ctx, photo, PhotoResult{Width: 1, Height: 1})
		return err
	})
	finds(t, db, FoundStyles, 0, "원피스", id)
}

func TestPeopleAreFoundByTheirNames(t *testing.T) {
	t.Parallel()
	db := open(t)
	ctx := t.Context()
	grant := must(db.SignUp(ctx, SignUpInput{Username: "min.ji_k", Email: "minji@example.com", Password: "correct horse battery", DisplayName: "김민지", Locale: "ko", TimeZone: DefaultTimeZone}))
	for _, text := range []string{"min", "@min.ji_k", "minjik", "민지", "김", "ㄱㅁㅈ", "ㅁㅈ", "김민지"} {
		finds(t, db, FoundUsers, 0, text, grant.UserID)
	}
	for _, text := range []string{"inji", "지민", "example", "ㅈㅁ"} {
		finds(t, db, FoundUsers, 0, text)
	}
	if err := db.UpdateProfile(ctx, by(grant.UserID), ProfileChange{DisplayName: ptr("박하늘")}); err != nil {
		t.Fatal(err)
	}
	finds(t, db, FoundUsers, 0, "하늘", grant.UserID)
	finds(t, db, FoundUsers, 0, "민지")
	exec(t, db, `update users set is_private = true`)
	finds(t, db, FoundUsers, 0, "하늘", grant.UserID)
	exec(t, db, `update users set suspended_at = now()`)
	finds(t, db, FoundUsers, 0, "하늘")
}

func TestTagsAndBrandsAreFound(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	once := publishedWith(t, db, author, "#데일리룩코디 #street_style", ItemInput{Name: "coat", Brand: ptr("무신사 스탠다드")})
	for range 2 {
		publishedWith(t, db, author, "#데일리코디 #데일리룩", ItemInput{Name: "coat", Brand: ptr("Maison Café")})
	}
	published(t, db, author, "#데일리룩")
	tag := func(name string) int64 { return must(db.TagIDByName(t.Context(), name)) }
	brand := func(slug string) int64 { return must(db.BrandIDBySlug(t.Context(), slug)) }
	finds(t, db, FoundTags, 0, "데일리룩", tag("데일리룩"), tag("데일리룩코디"))
	finds(t, db, FoundTags, 0, "데일리", tag("데일리룩"), tag("데일리코디"), tag("데일리룩코디"))
	finds(t, db, FoundTags, 0, "ㄷㅇㄹㄹ", tag("데일리룩"), tag("데일리룩코디"))
	finds(t, db, FoundTags, 0, "#Street style", tag("street_style"))
	finds(t, db, FoundBrands, 0, "무신", brand("무신사-스탠다드"))
	finds(t, db, FoundBrands, 0, "ㅅㅌㄷㄷ", brand("무신사-스탠다드"))
	finds(t, db, FoundBrands, 0, "maison-cafe", brand("maison-café"))
	finds(t, db, FoundBrands, 0, "caf", brand("maison-café"))
	// What nothing visible carries does not exist.
	must(db.DeleteStyle(t.Context(), by(author), once))
	finds(t, db, FoundTags, 0, "street")
	exec(t, db, `update users set is_private = true`)
	finds(t, db, FoundTags, 0, "데일리룩")
	finds(t, db, FoundBrands, 0, "maison")
	finds(t, db, FoundTags, author, "데일리룩", tag("데일리룩"))
}

func TestHiddenStylesAreNotFound(t *testing.T) {
	t.Parallel()
	db := open(t)
	author, follower, stranger := person(t, db), person(t, db), person(t, db)
	follow(t, db, follower, author)
	id := published(t, db, author, "비밀 원피스")
	check := func(why string, visibleTo ...int64) {
		t.Helper()
		for _, viewer := range []int64{0, author, follower, stranger} {
			var want []int64
			if slices.Contains(visibleTo, viewer) {
				want = []int64{id}
			}
			if got := found(t, db, FoundStyles, viewer, "비밀"); !slices.Equal(got, want) {
				t.Errorf("%s: %d finds %v, want %v", why, viewer, got, want)
			}
		}
	}
	check("public", 0, author, follower, stranger)
	exec(t, db, `update users set is_private = true where id = ?`, author)
	check("private account", author, follower)
	exec(t, db, `update users set is_private = false, suspended_at = now() where id = ?`, author)
	check("suspended")
	exec(t, db, `update users set suspended_at = null, deleted_at = now() where id = ?`, author)
	check("deleted account")
	exec(t, db, `update users set deleted_at = null where id = ?`, author)
	exec(t, db, `update styles set state = 'REMOVED' where id = ?`, id)
	check("removed")
}

func TestSearchPages(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	var inCaption, inTag []int64
	for i := range 7 {
		inCaption = append([]int64{published(t, db, author, fmt.Sprintf("코트 %d", i))}, inCaption...)
		inTag = append([]int64{published(t, db, author, fmt.Sprintf("#코트코디 %d", i))}, inTag...)
	}
	want := slices.Concat(inTag, inCaption)
	for _, size := range []int{1, 3, 7, 14, 100} {
		added := 0
		got := foundBy(t, db, FoundStyles, 0, "코트", size, func() {
			if added++; added < 4 {
				published(t, db, author, "#코트 또 하나")
			}
		})
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: %v, want %v", size, got, want)
		}
		exec(t, db, `delete from styles where caption = '#코트 또 하나'`)
	}
}

// More matches than one window has are found all the same, each once, also while some are added.
func TestSearchWindows(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	const styles = 2*searchWindow + 345
	makeStyles(t, db, author, styles)
	if n := must(db.IndexStale(t.Context())); n != styles+1 {
		t.Errorf("%d were indexed", n)
	}
	all := map[int64]bool{}
	for _, id := range foundBy(t, db, FoundStyles, 0, "코트", 99, func() { published(t, db, author, "코트") }) {
		if all[id] {
			t.Fatalf("%d came twice", id)
		}
		all[id] = true
	}
	if len(all) != styles {
		t.Errorf("%d were found, want %d", len(all), styles)
	}
	makePeople(t, db, styles)
	must(db.IndexStale(t.Context()))
	people := foundBy(t, db, FoundUsers, 0, "made12", 10, nil)
	if all := found(t, db, FoundUsers, 0, "김민지"); len(all) != styles {
		t.Errorf("%d people were found, want %d", len(all), styles)
	}
	if got := found(t, db, FoundUsers, 0, "made"+fmt.Sprint(styles)); len(got) != 1 {
		t.Errorf("%d have one name", len(got))
	}
	if people[0] != must(db.UserIDByUsername(t.Context(), "made12")) {
		t.Error("who has the very name does not come first")
	}
}

// makeStyles makes rows as an older binary leaves them: without a document.
func makeStyles(t testing.TB, db *DB, author int64, n int) {
	t.Helper()
	exec(t, db, `insert into styles (author_id, state, caption, photo_ids, item_ids, tag_ids, brand_ids, mention_ids, like_count,
		comment_count, collect_count, item_info_request_count, created_at) select ?, 'PUBLISHED', '울 코트 ' || i, '{}', '{}', '{}', '{}', '{}', i % 7, 0, 0, 0, now()
		from generate_series(1, ?) i`, author, n)
}

func makePeople(t testing.TB, db *DB, n int) {
	t.Helper()
	exec(t, db, `insert into users (username, display_name, bio, is_private, style_count, follower_count, following_count, feed_merged, created_at)
		select 'made' || i, '김민지', '', false, 0, i % 50, 0, false, now() from generate_series(1, ?) i`, n)
}

func TestStaleDocumentsAreWrittenAnew(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, "#코트 하나")
	must(db.IndexStale(t.Context()))
	if n := must(db.IndexStale(t.Context())); n != 0 {
		t.Errorf("%d were indexed again", n)
	}
	exec(t, db, `update styles set caption = '니트' where id = ?`, id) // as an older binary does
	exec(t, db, `update search_tags set stamp = '0 '`)               // as an older version of searchtext left it
	if n := must(db.IndexStale(t.Context())); n != 2 {
		t.Errorf("%d were indexed, want 2", n)
	}
	finds(t, db, FoundStyles, 0, "니트", id)
	finds(t, db, FoundStyles, 0, "하나")
}

func TestParticlesAreNoObstacle(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	coat := published(t, db, author, "울 코트")
	finds(t, db, FoundStyles, 0, "코트를", coat)
	finds(t, db, FoundStyles, 0, "coats를")
	size := 1
	second := published(t, db, author, "코트 하나")
	if got := foundBy(t, db, FoundStyles, 0, "코트에서", size, nil); !slices.Equal(got, []int64{second, coat}) {
		t.Errorf("%v", got)
	}
	literal := published(t, db, author, "코트를 샀다")
	finds(t, db, FoundStyles, 0, "코트를", literal)
}

func TestAwkwardQueries(t *testing.T) {
	t.Parallel()
	db := open(t)
	author := person(t, db)
	id := published(t, db, author, awkward)
	finds(t, db, FoundStyles, 0, awkward, id)
	published(t, db, author, "이 옷은 나의 것을 좋아하는 이가 🍂")
	for text, want := range map[string]int{"": 0, " ": 0, ".": 0, "%": 0, "_": 0, "\\": 0, "$1": 1, "'": 0, "\x00": 0, "\xff": 0, "#": 0, "🍂": 1, "🌸": 0, "을": 1, "은는이가": 0,
		"(": 0, "[": 0, ".*": 0, "x|y": 0, strings.Repeat("가", 100): 0, strings.Repeat("ㄱ", 100): 0, strings.Repeat("a ", 50): 0} {
		for _, list := range []SearchList{FoundUsers, FoundTags, FoundBrands} {
			finds(t, db, list, 0, text)
		}
		if got := found(t, db, FoundStyles, 0, text); len(got) != want {
			t.Errorf("%q finds %v, want %d", text, got, want)
		}
	}
	if _, err := NewSearch(strings.Repeat("가", 101)); err == nil {
		t.Error("a query of 101 characters was taken")
	}
	for _, cursor := range []string{"", "x", "YzE6MQ", "YzI6MS4y", awkward} {
		if _, err := NewSearchPage(nil, &cursor); err == nil {
			t.Errorf("the cursor %q was taken", cursor)
		}
	}
	for _, size := range []int{0, -1, 101} {
		if _, err := NewSearchPage(&size, nil); err == nil {
			t.Errorf("a page of %d was taken", size)
		}
	}
}
