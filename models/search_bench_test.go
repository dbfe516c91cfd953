package models

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// benchStyles is how many styles the measured searches look through: `go test ./models -run '^$' -bench Search`.
const benchStyles = 200_000

var benchWords = struct{ colours, cuts, garments, places, tags []string }{
	strings.Fields("블랙 네이비 베이지 그레이 아이보리 카키 브라운 연청 버건디 민트"),
	strings.Fields("오버핏 와이드 크롭 슬림 레귤러 롱 미니 하이웨스트 릴렉스 세미와이드"),
	strings.Fields("코트 니트 셔츠 가디건 블레이저 데님 슬랙스 스커트 원피스 맨투맨 후드티 패딩 부츠 로퍼 스니커즈 coat knit denim"),
	strings.Fields("성수 홍대 연남 한남 이태원 제주 부산 전주 서촌 북촌"),
	strings.Fields("데일리룩 데일리코디 오오티디 가을코디 겨울코디 출근룩 하객룩 미니멀룩 스트릿패션 ootd daily"),
}

// makeCommunity fills a database with many styles of a few thousand hashtags, and indexes them as the job does.
func makeCommunity(b *testing.B, db *DB) {
	b.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(words []string) string { return words[rng.IntN(len(words))] }
	authors := people(b, db, 50)
	exec(b, db, `insert into tags (name, style_count) select '태그' || i, 0 from generate_series(1, 3000) i`)
	for _, tag := range benchWords.tags {
		exec(b, db, `insert into tags (name, style_count) values (?, 0)`, tag)
	}
	var tags []int64
	if err := db.NewRaw(`select id from tags order by id desc`).Scan(b.Context(), &tags); err != nil { // the common ones first
		b.Fatal(err)
	}
	columns := []string{"author_id", "state", "caption", "photo_ids", "item_ids", "tag_ids", "brand_ids", "mention_ids", "like_count",
		"comment_count", "collect_count", "item_info_request_count", "created_at"}
	none := []int64{}
	_, err := db.Pool.CopyFrom(b.Context(), pgx.Identifier{"styles"}, columns, pgx.CopyFromSlice(benchStyles, func(i int) ([]any, error) {
		caption := pick(benchWords.colours) + " " + pick(benchWords.cuts) + " " + pick(benchWords.garments) + "를 입고 " + pick(benchWords.places) +
			"에 다녀왔어요. " + pick(benchWords.garments) + "은 작년에 산 거예요 " + strconv.Itoa(i)
		if i%20_000 == 0 {
			caption += " 희귀템"
		}
		return []any{authors[i%len(authors)], "PUBLISHED", caption, none, none, []int64{tags[rng.IntN(8)], tags[rng.IntN(len(tags))]}, none, none,
			rng.IntN(200), 0, 0, 0, db.Now()}, nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	start := db.Now()
	n := must(db.IndexStale(b.Context()))
	b.Logf("%d documents in %v", n, db.Now().Sub(start))
	exec(b, db, `vacuum analyze`)
	b.Logf("search_styles: %s, its index: %s", one[string](b, db, `select pg_size_pretty(pg_table_size('search_styles'))`),
		one[string](b, db, `select pg_size_pretty(pg_relation_size('search_styles_tokens'))`))
}

func BenchmarkSearch(b *testing.B) {
	db := open(b)
	makeCommunity(b, db)
	size := 24
	page := must(NewSearchPage(&size, nil))
	for _, text := range []string{"코", "코트", "룩", "를", "희귀", "희귀템", "오버핏코트", "오버핏 코트 성수", "ㅋ", "ㅋㅌ", "ㅇㅂㅍ", "c", "coat", "데일리룩", "태그77", "없는말", "코트에서는"} {
		b.Run(text, func(b *testing.B) {
			s := must(NewSearch(text))
			for b.Loop() {
				must2(db.Search(b.Context(), s, FoundStyles, 0, page))
			}
		})
	}
	b.Run("tags", func(b *testing.B) {
		s := must(NewSearch("태"))
		for b.Loop() {
			must2(db.Search(b.Context(), s, FoundTags, 0, page))
		}
	})
}

func must2[T, U any](value T, _ U, err error) T { return must(value, err) }
