// The numbers that bound a call. They hold for every connector.

package runtime

import "time"

const (
	defaultAttempts       = 3
	defaultAttemptTimeout = 30 * time.Second
	idleBodyTimeout       = 15 * time.Second // in which nothing of a body comes
	dialTimeout           = 10 * time.Second
	tlsTimeout            = 10 * time.Second

	backoffBase      = 500 * time.Millisecond
	throttledBase    = time.Second
	backoffCap       = 8 * time.Second
	maxServerWait    = 60 * time.Second       // a longer Retry-After fails at once
	serverWaitJitter = 250 * time.Millisecond // added to a Retry-After, never taken from it
	maxRedirects     = 3

	maxBodyBytes   = 10 << 20  // of an answer, decoded
	maxWireBytes   = 11 << 20  // of an answer in gzip; what cannot be packed grows by a little
	maxErrorBytes  = 64 << 10  // read of the body of a failure
	maxHeaderBytes = 256 << 10 // of an answer
	maxErrorText   = 1000      // characters of API text in an error
	maxSecretBytes = 8 << 10   // a longer credential is not one
	maxInputBytes  = 10 << 20
	maxDepth       = 1000 // of JSON, in and out

	programTime = 5 * time.Second // of a jq program that makes a part of a request

	maxPages      = 1000
	maxItems      = 100_000
	maxListBytes  = 64 << 20
	maxEmptyPages = 10 // in a row, with a next page promised each time
)
