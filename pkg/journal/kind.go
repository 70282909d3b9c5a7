package journal

// Kind is what a record is about. The zero value is none.
type Kind uint8

// The kinds of records, in the order in which the format lists them.
const (
	KindJournal Kind = iota + 1
	KindRun
	KindEnd
	KindIntent
	KindOutcome
	KindReleased
	KindReopen
	KindReopened
	KindRestored
	KindVerified
	KindMinute
	KindPause
	KindRepair
	kinds // how many there are, and one
)

// kindNames are the kinds as records spell them.
var kindNames = [kinds]string{
	KindJournal: "journal", KindRun: "run", KindEnd: "end", KindIntent: "intent", KindOutcome: "outcome",
	KindReleased: "released", KindReopen: "reopen", KindReopened: "reopened", KindRestored: "restored",
	KindVerified: "verified", KindMinute: "minute", KindPause: "pause", KindRepair: "repair",
}
