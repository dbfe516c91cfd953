package e2e

import "testing"

// questions has people ask and answer. yuna is private: others see what she answers, and neither what she asks nor the
// look that she cites.
func (w *world) questions(t *testing.T) {
	t.Helper()
	w.question(t, "question lonely", "jiho", "오늘 뭐 입지?", nil)
	w.question(t, "question coat", "hana", "이 코트에 어울리는 신발은?", Vars{"photoIds": []string{w.photo(t, "photo question coat", "hana")}, "styleId": w.ids["style 24"]})
	w.Settle(t) // its photo is READY
	w.answer(t, "answer boots", "sora", "question coat", "boots!", "style 24")
	w.answer(t, "answer loafers", "yuna", "question coat", "로퍼요", "style private", "style 1")
	w.people["hana"].Do(t, `mutation ($input: AcceptAnswerInput!) { acceptAnswer(input: $input) { userErrors { code } } }`, Vars{"input": Vars{"answerId": w.ids["answer loafers"]}}).OK(t)
	w.question(t, "question bag", "sora", "which bag?", Vars{"photoIds": []string{w.photo(t, "photo question bag", "sora")}})
	w.question(t, "question private", "yuna", "friends, what do you say?", nil)
	w.answer(t, "answer private", "yuna", "question private", "nothing")
	w.question(t, "question waiting", "hana", "wait", nil)
	w.question(t, "question removed", "jiho", "buy now", nil)
	w.Settle(t)
	// Other photos are done too soon to be waited for, and moderators work elsewhere.
	w.Exec(t, `update questions set published_at = null where body = 'wait'`)
	w.Exec(t, `update questions set removed_at = now() where body = 'buy now'`)
	w.Forget(t)
}

func (w *world) question(t *testing.T, name, author, body string, more Vars) {
	t.Helper()
	input := Vars{"body": body}
	for key, value := range more {
		input[key] = value
	}
	a := w.people[author].Do(t, `mutation ($input: AskQuestionInput!) { askQuestion(input: $input) { question { id } userErrors { code field } } }`, Vars{"input": input}).OK(t)
	w.ids[name] = a.Text("askQuestion.question.id")
}

func (w *world) answer(t *testing.T, name, author, question, body string, cited ...string) {
	t.Helper()
	ids := make([]string, len(cited))
	for i, style := range cited {
		ids[i] = w.ids[style]
	}
	a := w.people[author].Do(t, `mutation ($input: AnswerQuestionInput!) { answerQuestion(input: $input) { answer { id } userErrors { code field } } }`,
		Vars{"input": Vars{"questionId": w.ids[question], "body": body, "styleIds": ids}}).OK(t)
	w.ids[name] = a.Text("answerQuestion.answer.id")
}
