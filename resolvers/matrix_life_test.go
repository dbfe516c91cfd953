package resolvers_test

import (
	"slices"

	"styleshare/models"
)

// live has everybody make everything while nothing stands between them.
func (m *matrix) live() {
	m.t.Helper()
	if err := m.db.GrantRole(m.t.Context(), "m.moderator", models.RoleModerator); err != nil {
		m.t.Fatal(err)
	}
	stage := m.style(host, "PUBLISHED", "#matrix with @m.open @m.closed @m.suspended @m.deleted")
	m.follow("follower", host)
	for _, name := range targets {
		m.follow(name, host)
		m.follow(host, name)
		m.follow("follower", name)
		m.follow("muting", name)
		for _, state := range []string{"PUBLISHED", "PROCESSING", "REMOVED", "deleted"} {
			m.style(name, state, "#matrix of @m.host and @m.stranger @m.muting @m.follower")
		}
		m.like(name, stage)
	}
	on := "PUBLISHED style of " + host
	for _, name := range targets {
		shown := "PUBLISHED style of " + name
		said := m.comment(name, on, "@m.host", "")
		reply := m.comment(host, on, "@m."+name, said)
		m.comment(name, on, "", reply)
		m.comment(host, shown, "", "")
		m.comment(name, "PROCESSING style of "+name, "", "")
		m.comment(host, "REMOVED style of "+name, "", "")
		m.comment(host, "deleted style of "+name, "", "")
		m.like(host, m.key(shown))
		m.collection(name, false, shown, on)
		m.collection(name, true, shown, on, "REMOVED style of "+name)
		asked := m.question(name, shown)
		m.answer(host, asked, shown, on)
		about := m.question(host, shown)
		given := m.answer(name, about, shown, "REMOVED style of "+name, on)
		do[int64](m, "accept")(m.db.AcceptAnswer(m.t.Context(), m.by(host), m.key(given)))
		for i, what := range []string{name, shown, said, asked, given} {
			m.report(what, i == 1)
		}
	}
	m.collection(host, false, on, "PUBLISHED style of open", "PUBLISHED style of closed", "REMOVED style of open", "deleted style of open",
		"PUBLISHED style of suspended", "PUBLISHED style of deleted")
	for _, looker := range lookers {
		m.look(looker)
	}
}

// look has a looker and the targets have to do with each other.
func (m *matrix) look(looker string) {
	m.t.Helper()
	own := m.style(looker, "PUBLISHED", "mine")
	asked := m.question(looker, "PUBLISHED style of "+host)
	m.like(host, own)
	var collected []string
	for _, name := range targets {
		shown := "PUBLISHED style of " + name
		collected = append(collected, shown)
		m.like(name, own)
		m.follow(name, looker)
		m.comment(looker, "PUBLISHED style of "+looker, "", m.comment(name, "PUBLISHED style of "+looker, "", ""))
		m.like(looker, m.key(shown))
		m.comment(looker, shown, "", "")
		m.answer(name, asked, shown)
		do[int64](m, "ask")(m.db.RequestItemInfo(m.t.Context(), m.by(name), own, models.ItemInfoPoint{}))
		do[int64](m, "ask")(m.db.RequestItemInfo(m.t.Context(), m.by(looker), m.key(shown), models.ItemInfoPoint{}))
	}
	m.collection(looker, false, collected...)
}

func (m *matrix) follow(follower, followee string) {
	m.t.Helper()
	do[int64](m, "follow")(m.db.Follow(m.t.Context(), m.by(follower), m.people[followee].id))
}

func (m *matrix) like(who string, style int64) {
	m.t.Helper()
	do[models.Liked](m, "like")(m.db.LikeStyle(m.t.Context(), m.by(who), style))
}

// part has the people become what they are.
func (m *matrix) part() {
	m.t.Helper()
	isPrivate := true
	for _, name := range targets {
		id := m.people[name].id
		do[int64](m, "block")(m.db.Block(m.t.Context(), m.by(name), m.people["blocked"].id))
		do[int64](m, "block")(m.db.Block(m.t.Context(), m.by("blocking"), id))
		do[int64](m, "mute")(m.db.Mute(m.t.Context(), m.by("muting"), id))
		do[int64](m, "delete")(m.db.DeleteStyle(m.t.Context(), m.by(name), m.key("deleted style of "+name)))
		m.exec(`update styles set state = 'REMOVED' where id = ?`, m.key("REMOVED style of "+name))
		for _, table := range []string{"style_tags", "style_brands"} {
			m.exec(`delete from `+table+` where style_id = ?`, m.key("REMOVED style of "+name))
		}
		if m.people[name].private {
			if err := m.db.UpdateProfile(m.t.Context(), m.by(name), models.ProfileChange{IsPrivate: &isPrivate}); err != nil {
				m.t.Fatal(err)
			}
			m.follow("requested", name)
		}
	}
	if err := m.db.Suspend(m.t.Context(), "m.suspended", ""); err != nil {
		m.t.Fatal(err)
	}
	m.exec(`update users set deleted_at = now() where id = ?`, m.people["deleted"].id)
	m.exec(`update tags t set style_count = (select count(*) from style_tags l where l.tag_id = t.id and l.is_counted)`)
	m.exec(`update brands b set style_count = (select count(*) from style_brands l where l.brand_id = b.id and l.is_counted)`)
	for _, p := range m.people {
		if err := m.db.SettlePerson(m.t.Context(), p.id); err != nil {
			m.t.Fatal(err)
		}
	}
}

// makeSeers says how everybody who can sign in stands to the others, and nobody.
func (m *matrix) makeSeers() {
	m.t.Helper()
	m.seers["nobody"] = seer{someone: &someone{name: "nobody"}}
	for name, p := range m.people {
		if !p.hidden {
			m.seers[name] = seer{p, map[int64]bool{}, map[int64]bool{}, map[int64]bool{}, map[int64]bool{}}
		}
	}
	for _, name := range targets {
		id := m.people[name].id
		for _, follower := range []string{"follower", "muting", host} {
			m.seers[follower].follows[id] = true
		}
		m.seers["muting"].muted[id] = true
		m.seers["blocking"].blocks[id] = true
		if target, ok := m.seers[name]; ok {
			target.blocks[m.people["blocked"].id] = true
		}
		for _, looker := range []string{"blocked", "blocking"} {
			m.seers[looker].blocked[id] = true
			if target, ok := m.seers[name]; ok {
				target.blocked[m.people[looker].id] = true
			}
		}
		for _, looker := range slices.Concat(lookers, []string{host}) {
			if target, ok := m.seers[name]; ok && looker != "blocked" && looker != "blocking" {
				target.follows[m.people[looker].id] = true
			}
		}
	}
}
