package journal

// kind is what a record is about, in the order in which the format lists them.
type kind uint8

const (
	kindJournal kind = iota + 1
	kindRun
	kindEnd
	kindIntent
	kindOutcome
	kindReleased
	kindReopen
	kindRestored
	kindRepair
)

func (k kind) String() string {
	switch k {
	case kindJournal:
		return "journal"
	case kindRun:
		return "run"
	case kindEnd:
		return "end"
	case kindIntent:
		return "intent"
	case kindOutcome:
		return "outcome"
	case kindReleased:
		return "released"
	case kindReopen:
		return "reopen"
	case kindRestored:
		return "restored"
	case kindRepair:
		return "repair"
	}
	return "unknown"
}

// parseKind returns the kind of a name, 0 for any other word.
func parseKind(name []byte) kind {
	switch string(name) {
	case "journal":
		return kindJournal
	case "run":
		return kindRun
	case "end":
		return kindEnd
	case "intent":
		return kindIntent
	case "outcome":
		return kindOutcome
	case "released":
		return kindReleased
	case "reopen":
		return kindReopen
	case "restored":
		return kindRestored
	case "repair":
		return kindRepair
	}
	return 0
}
