// The one error type. Every failure of a call, whatever its source, becomes an
// *Error with one of a closed set of codes and a text fit for the envelope.
// retry.go and response.go make most of them; redact.go cleans their texts.

package runtime

import (
	"errors"
	"net/http"
	"time"
)

// Code says what kind of failure an [Error] is.
type Code string

// The codes. New versions may add to them.
const (
	CodeInvalidInput       Code = "invalid_input"       // the caller's input, or the API refused it (400, 422, …)
	CodeUnauthenticated    Code = "unauthenticated"     // no credential, or one that is not accepted (401)
	CodePermissionDenied   Code = "permission_denied"   // the credential is not allowed to do this (403)
	CodeNotFound           Code = "not_found"           // 404, 410
	CodeConflict           Code = "conflict"            // 409: it exists already
	CodeRateLimited        Code = "rate_limited"        // too fast; RetryAfter says when to come back
	CodeQuotaExhausted     Code = "quota_exhausted"     // the long budget is used up (402, or 429 with nothing left)
	CodeUnavailable        Code = "unavailable"         // 5xx, or the API could not be reached
	CodeTimeout            Code = "timeout"             // an attempt or the whole call took too long
	CodeCanceled           Code = "canceled"            // the caller canceled
	CodeUnexpectedResponse Code = "unexpected_response" // an answer that the manifest does not describe
	CodeLimitReached       Code = "limit_reached"       // a list ran into a limit of the runtime
	CodeOutcomeUnknown     Code = "outcome_unknown"     // a write that may or may not have been carried out
	CodeInternal           Code = "internal"            // a fault of this program
)

// Error is how a call fails. Its text is the text of the envelope's "error".
// It never holds a credential.
type Error struct {
	Code       Code
	Status     int           // HTTP status of the last answer; 0 when there was none
	RequestID  string        // as the API reported it
	RetryAfter time.Duration // when the API asked to wait; 0 when it did not
	Attempts   int           // requests sent for the failing step
	text       string
	cause      error
}

// Error returns the text of the envelope.
func (e *Error) Error() string { return e.text }

// Unwrap returns the cause: a network error, context.Canceled, …, or nil.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the *Error in err's chain, or "" when there is
// none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// asError keeps a nil *Error from becoming a non-nil error.
func asError(e *Error) error {
	if e == nil {
		return nil
	}
	return e
}

// outcomeNote is added to the text of every write whose outcome is unknown.
const outcomeNote = " (outcome unknown: it may have been carried out, check before repeating it)"

// unknownOutcome turns e into the report of a write that may have happened.
func (e *Error) unknownOutcome() *Error {
	e.Code = CodeOutcomeUnknown
	e.text += outcomeNote
	return e
}

// codeOfStatus maps an HTTP status outside the success set to a code.
func codeOfStatus(status int) Code {
	switch status {
	case http.StatusUnauthorized:
		return CodeUnauthenticated
	case http.StatusPaymentRequired:
		return CodeQuotaExhausted
	case http.StatusForbidden:
		return CodePermissionDenied
	case http.StatusNotFound, http.StatusGone:
		return CodeNotFound
	case http.StatusRequestTimeout:
		return CodeTimeout
	case http.StatusConflict:
		return CodeConflict
	case http.StatusTooEarly, http.StatusTooManyRequests:
		return CodeRateLimited
	}
	switch {
	case status >= 500:
		return CodeUnavailable
	case status >= 400:
		return CodeInvalidInput
	}
	return CodeUnexpectedResponse
}
