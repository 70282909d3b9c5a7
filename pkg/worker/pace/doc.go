// Package pace decides when a request may leave, so that an account's quota is
// used but never exceeded, by this run and by all runs of one account on this
// machine together.
//
// policy.go is the rule, a pure function of what departed and of the time;
// answers.go is what the API's answers teach about the quota and who else uses
// it; shared.go is the file through which runs know of each other; pace.go joins
// them for the workers of one run.
package pace
