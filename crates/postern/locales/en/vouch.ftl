# A manager's word for somebody who can't sign in.

your-word-for = Your word for { $name }
needs-your-word = { $name } needs your word
speak-with-them-first = Somebody who says that they are { $name } can't sign in. You are on file as the manager. Speak with { $name } yourself first: face to face, on video, or on a number that <strong>you</strong> already had.
the-request = The request
signs-in-as = signs in as { $login }
asked-at = Asked
asked-from = From
device-new-to-us = new to us
asked-request = Request
said-not-them = You said that it is not them, { $at }. If you know better now, answer again.
said-cannot-tell = You said that you can't tell, { $at }. If you know better now, answer again.
yes = Yes
words-on-their-page = The three words on their page
they-read-them-to-you = They read them to you
how-do-you-know = How do you know that it is them?
how-do-you-know-example = I spoke with her at her desk
on-the-record = Goes on the record with your name.
yes-it-is = Yes, it is { $name }
no-not-them = No, it is not them
cannot-tell = I can't tell
no-is-a-good-answer = "No" is a good answer: nobody goes on until the help desk has looked again, and nobody is blamed. If they are in a hurry, or you are not sure, say so.
thank-you = Thank you
word-is-recorded = Your word for { $name } is recorded. The help desk goes on.
word-not-needed = { $name } does not need your word
know-better-after = The help desk has recovered this account, and { $name } is not back in yet. If it is not them, say so now: what they were given stops working at once, and a senior looks.
know-better-now = Do you know better now? Nothing has been changed on the account yet, and your word stops it.
word-no-longer-needed = This request no longer needs your word.

word-wants-passkey = Your word wants your passkey
word-wants-passkey-why = Somebody whom you lead needs your word. It counts only from a sign-in with a passkey: codes and passwords can be talked out of people.
word-without-passkey = You have none yet? <a href="{ $add }">Add one on your account page</a>, and open this page again.

toast-vouched = Thank you. Your word is recorded.
toast-vouch-denied = Thank you. Nobody goes on until the help desk has looked again.
toast-vouch-unsure = Thank you. The help desk asks for another proof.
