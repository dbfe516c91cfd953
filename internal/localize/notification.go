package localize

// Notification is the sentence for a folded notification: who did something, as the in-app list, the body of a push
// and a mail show it. kind is a NotificationKind of the contract and subject the type of what it is about; count is how
// many people did it, names are those among them that are known, newest first. People who are gone count without being
// named. MODERATION names nobody, and says what was moderated.
func (l Language) Notification(kind, subject string, count int, names ...string) string {
	prefix := "notification." + kind
	switch {
	case kind == "MODERATION":
		return l.Text(prefix + "." + subject)
	case len(names) == 0:
		return l.Text(prefix+".one", l.Text("notification.someone"))
	case count <= 1:
		return l.Text(prefix+".one", l.Text("notification.person", names[0]))
	case count == 2 && len(names) > 1:
		return l.Text(prefix+".two", l.Text("notification.person", names[0]), l.Text("notification.person", names[1]))
	default:
		return l.Text(prefix+".many", l.Text("notification.person", names[0]), count-1)
	}
}
