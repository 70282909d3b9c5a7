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

func parseKind(name []byte) kind {
	for k := kindJournal; k <= kindRepair; k++ {
		if string(name) == k.String() {
			return k
		}
	}
	return 0
}
