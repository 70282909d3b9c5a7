package api

// OptOut is one entry of the Do Not Contact list, as GET returns it. It
// marshals to that shape and unmarshals from it.
type OptOut struct {
	// ID is the entry's UUID.
	ID string `json:"id,omitempty"`
	// ObjectType is "communication-opt-out".
	ObjectType string `json:"objectType,omitempty"`
	// Identifier is the entry's own form of the identifier, which need not be
	// the canonical one. Its Type is empty where the API left it out: the
	// vendor's pages disagree on whether it is always there.
	Identifier
	// IsManuallyAdded is false if the entry was not added by hand, for instance
	// because the person unsubscribed, and nil if the API left it out.
	IsManuallyAdded *bool `json:"isManuallyAdded,omitempty"`
	// Label is an optional display label.
	Label string `json:"label,omitempty"`
	// CreatedAt and UpdatedAt are times in ISO 8601, exactly as they came.
	CreatedAt string `json:"createdAt,omitempty"`
	UpdatedAt string `json:"updatedAt,omitempty"`
}
