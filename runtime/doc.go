// Package runtime is what every generated connector runs on. Generated code
// names, types and wires; this package behaves: it checks credentials and
// input, builds the request, keeps to the budgets, sends and retries, reads
// the answer, follows the pages and returns the envelope
// {"success", "error", data fields}.
//
// A host loads a generated [Table], makes one [Client] of it and calls actions
// by name:
//
//	client, err := runtime.NewClient(&livestorm.Table, runtime.Options{})
//	envelope := client.Call(ctx, "get_event", credentials, input)
//
// Go programs use the typed handlers of the generated package instead. Both go
// through the same steps, each in a file of its own, in this order:
//
//	table.go        what a connector declares: API, actions, parameters
//	client.go       the client and its options; where a call begins
//	credentials.go  who calls: checked first, never printed; scheme.go and keystyle.go choose and check
//	host.go         where requests go; token.go has access tokens
//	egress.go       which addresses may be reached; the transport
//	step.go         requests that come first, and waiting for an end; hook.go what is written by hand
//	input.go        JSON input to values, checked against the parameters
//	check.go        defaults, rules (rules.go), parsing and changes (change.go), checks
//	value.go        values as they travel from input to request; arguments.go makes them of typed input
//	request.go      method and headers; address.go, query.go and body.go the rest
//	template.go     JSON with holes; holes.go, condition.go, sent.go and encode.go what is put in
//	ledger.go       writes with an idempotency key; memoryledger.go keeps them
//	budget.go       the declared rates; meter.go and window.go keep them for each credential, line.go who waits, ratelimit.go what the API says of them
//	retry.go        what may be sent again, and when
//	attempt.go      one exchange on the wire, bounded in size; attemptcontext.go and idle.go bound its time
//	response.go     what an answer means: one pass cuts out what plan.go wants
//	refusal.go      failures under a success status, and the messages of failures
//	scan.go         the JSON scanner: checks and cuts in one pass
//	paging.go       the pages of a list, and whether it is complete; nextpage.go, seen.go and link.go the way on
//	resume.go       places to go on at; doubt.go what speaks against a list; together.go pages asked for ahead
//	stream.go       results item by item; size.go lists of a bounded size, and refusals of a host
//	output.go       the fields of an envelope; list.go, shape.go, convert.go and csv.go make them
//	drift.go        where an answer is other than its declared shape
//	gather.go       the elements of a list's pages, on their way into its envelope
//	envelope.go     the answer; typed.go and decode.go the same in Go types
//	error.go        the one error type; redact.go keeps secrets out of it
//	observe.go      who is told of all this: logs, traces, metrics
package runtime
