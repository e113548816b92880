// Package mail takes mail to a server. A Sender makes one attempt with one message to
// one recipient, and says exactly what came of it. A Post keeps what is to be sent in an
// Outbox, sends it, tries again what may pass, and gives up in the end; over any crash,
// nobody gets a mail twice without a person asking for it.
//
// What a mail says, who gets it, when, and where the outbox lies is left to others, as
// are the clock and the environment.
package mail
