# What scripts say: the page carries it for them, in `templates/words.html`. `%…%` in an argument is filled in by the script.

passkey-follow-browser = Follow your browser's question.
passkey-no-answer = The server did not answer as expected. Try again.
passkey-none-used = No passkey was used. Try again, or choose another way.
passkey-is-there-already = This device has a passkey for this account already.
passkey-fill-in-first = Fill in the fields above first.
passkey-or-type-code = Type the code that your app shows now.
passkey-no-proof = There is no way to prove that it is you: neither a code app nor a passkey of yours works.

phone-no-link = This is no link for a phone. Copy it from your account page.

copied = Copied
today-at = Today { $time }
pass-works-for = Works for { $left } more
pass-has-run-out = This pass has run out. Show a new one.
times-in-utc = Times are in UTC. Show them in my time zone
times-in-own-zone = Times are in your time zone. Show them in UTC

session-ends-soon = Your session ends in two minutes. What you typed stays.
session-has-ended = Your session has ended. What you typed stays in this tab: reload the page and sign in.
server-out-of-reach = The server can't be reached. What you typed stays in this tab.
typed-is-back = What you typed before your session ended is back. Look it over, and send it.
was-typing-elsewhere = You were typing something when your session ended.
go-back-to-it = Go back to it
