# What went wrong: on the pages of people outside the desk, and what scripts there say of it. Programs get the same in English, with the
# id beside it (`message_id`), so an id never changes its meaning. Several ways of being wrong that nobody may tell apart share one message.

# The head of a page that says what went wrong.
problem-not-allowed = This is not allowed
problem-nothing-here = There is nothing here
problem-nothing-to-look-at = There is nothing to look at here
problem-does-not-fit = This does not fit
problem-too-many = Too many attempts
problem-not-right = That was not right
problem-unusable = This request can't be used
problem-our-fault = Something went wrong

# What any page can say.
sign-in-first = Sign in first.
internal-error = Something went wrong on our side. Nothing was changed. Try again; if it stays, tell your admin.
nothing-here = There is nothing here.
nothing-to-look-at = Nothing can be looked at here: this address takes what a form or a program sends.
request-too-large = What you sent is larger than 64 KiB, more than any form here holds. Nothing was changed.
request-cut-short = What you sent did not arrive whole. Nothing was changed. Send it again.
cross-site-request = This request came from another site and was not carried out.
unreadable-address = The address holds characters that nobody can read. Check the link.
control-characters = A field holds control characters, such as NUL, which are not taken. Nothing was changed. Type it anew.
# $field is the field's name as programs send it.
control-characters-in = { $field }: control characters, such as NUL, are not taken. Nothing was changed. Type it anew.
hidden-characters = Type it anew: it holds characters that can't be seen, or that turn the direction of writing.
disowned-already = You have said so already. What was under way then has ended.
too-late-to-disown = This is too long ago, or nothing that can be stopped. Call the help desk.
show-a-factor-first = Show a way in that you have once more: signing in does not count for this, and what was shown since counts for five minutes.
passkey-touch-wanted = This wants a touch of your passkey first: the last one was more than five minutes ago.
throttled-for-seconds = { $count ->
    [one] Too many attempts. Wait a second and try again.
   *[other] Too many attempts. Wait { $count } seconds and try again.
}
throttled-for-minutes = { $count ->
    [one] Too many attempts. Wait a minute and try again.
   *[other] Too many attempts. Wait { $count } minutes and try again.
}
throttled-for-hours = { $count ->
    [one] Too many attempts. Wait an hour and try again.
   *[other] Too many attempts. Wait { $count } hours and try again.
}
too-much-going-on = Too much is going on with this account at the moment. Nothing was changed; try again.
somebody-was-faster = Somebody else changed this in the meantime. Reload and look again.
session-is-over = You are no longer signed in, or your role has changed. Nothing was changed.

# A form or an address that lacks something. $field is its name as programs send it.
field-missing = { $field } is missing.
field-unknown = A name is not known here. It takes { $known }.
field-wants-whole-number = { $field } takes a whole number.
field-wants-smaller-number = { $field } takes a smaller number.
field-wants-true-or-false = { $field } takes true or false.
field-wants-one-of = { $field } takes { $known }.
field-does-not-fit = { $field } is not what it takes.

# A field of a form that is shown again, where its own label says more than fits here.
code = Code

# Signing in.
wrong-login-or-password = Login or password is wrong.
account-suspended = This account is suspended. Call the help desk, at the number on your organisation's own pages.
start-sign-in-again = This step does not fit what came before. Start again.
our-clock-is-wrong = This code does not fit our clock, and our clock seems to be wrong: it refuses the right codes of many people now. Sign in another way, or call the help desk.
codes-are-not-sent-here = Your organisation does not let codes be sent like this.
codes-not-by-mail-for-you = Codes by mail are not for accounts like yours.
codes-want-a-sure-contact = Nobody has made sure yet that this is yours.
codes-want-an-older-contact = This is too new for codes.
codes-go-there-already = Codes go there already.
no-code-goes-there = No code can be sent there now. Use another way.
no-code-was-sent = No code was sent. Choose where it is to go.
wrong-sent-code = This is not the code that was sent last. Look again: an earlier one does not count any more.
sent-code-is-over = This code is over: it was used, or is too old. Have another one sent.
no-phone-app-here = No phone of yours approves sign-ins at the moment. Use another way.
phone-did-not-approve = Your phone has not said yes, or too long ago. Ask it again.
type-the-number = Type the six digits that the sign-in page shows.
wrong-number = This is not the number that the sign-in page shows. If you see no number, you are not the one who signs in: press “This is not me”.
phone-request-is-over = This is not asked any more. Nothing was changed.
phone-not-known = This phone is not known here, or its clock is off. Reload the page; if that does not help, connect the phone anew.
phone-link-is-over = This link does not work: it was used, or is too old. Ask for a new one on your account page.
not-a-push-service = This is no address of a push service: it must begin with https.
not-a-phone-key = This is no key of a phone.
wrong-code = This code is wrong. Type the six digits that your app shows now.
wrong-device-code = This code is wrong. Type what your app or your token shows now; if the token has a button, press it once.
wrong-token-code = This code is wrong. Type what your token shows now; if it has a button, press it once.
token-code-used = This code was used already. Press the button of your token for the next one, or wait until it shows another.
token-does-not-fit = This serial number and these codes do not belong together, or the token is no longer given out. Look at the number on its back, and type two codes that it shows one after the other. If that does not help, ask whoever gave it to you.
code-used-already = This code was used already. Wait for the next one; it comes within 30 seconds.
clock-slow-by-seconds = { $count ->
    [one] Your phone's clock is about a second slow. Set it to automatic in the phone's date and time settings, then type the next code.
   *[other] Your phone's clock is about { $count } seconds slow. Set it to automatic in the phone's date and time settings, then type the next code.
}
clock-slow-by-minutes = { $count ->
    [one] Your phone's clock is about a minute slow. Set it to automatic in the phone's date and time settings, then type the next code.
   *[other] Your phone's clock is about { $count } minutes slow. Set it to automatic in the phone's date and time settings, then type the next code.
}
clock-fast-by-seconds = { $count ->
    [one] Your phone's clock is about a second fast. Set it to automatic in the phone's date and time settings, then type the next code.
   *[other] Your phone's clock is about { $count } seconds fast. Set it to automatic in the phone's date and time settings, then type the next code.
}
clock-fast-by-minutes = { $count ->
    [one] Your phone's clock is about a minute fast. Set it to automatic in the phone's date and time settings, then type the next code.
   *[other] Your phone's clock is about { $count } minutes fast. Set it to automatic in the phone's date and time settings, then type the next code.
}
codes-do-not-follow = These are not two codes that follow each other. Type the one that it shows now, then the next one.
another-factor-proves-it = This code is of what is being set right. Show another factor of yours.
wrong-backup-code = This backup code is wrong or was used already.
wrong-pass = This pass is wrong, was used, or has run out. Show a new one on your recovery page.
unknown-passkey = This passkey is not known here. It may have been removed by a reset.
key-after-password-only = This security key is good after the password only. Sign in with your password, then use the key.
passkey-waits-until = This passkey is new. It works from { $at }, or when a senior or an admin says yes.
no-passkey-here = This account has no passkey and no security key.
not-your-key = This is not a key of yours that works here. Use another one.
not-your-passkey = This is not a passkey of yours that works here. Touch another one.
no-passkey-to-touch = You have no passkey that could be touched. Add one on your account page; with a security key, sign in again instead.
passkey-took-too-long = This took too long, or was answered already. Try again.

# Setting up.
wrong-set-up-code = Code or login is wrong, or the code was used or is older than a day.
wanted-up-to = Wanted, up to { $count } characters.
contact-on-file-already = This is on file for them already.
too-many-contacts = { $count } contacts at most are told of everything, those removed in the last 30 days among them.
only-sure-mail-address = It is the only mail address that is sure, and messages must reach its owner. Add another one first; it counts in its place once it has been on file for a while.
type-a-colleague = Type what they sign in with, or their mail address at work.
trusted-contact-is-you = This is you. Choose somebody else.
trusted-contact-on-list = This is on your list already.
trusted-contacts-asked-enough = You have asked { $count } times within 14 days, those that you took back among them. Ask again in some days.
trusted-contact-is-over = It was answered already, or it is over.
trusted-by-enough = You are the trusted contact of { $count } people, and nobody is of more. Give one up first.
number-unreadable = Type the number with + and the country, as in +44 20 7946 0102.
number-wrong-length = No number of that country is so long or so short: look again at the country code, and count the digits.
choose-a-kind = Choose what it is from the list.
wrong-contact-code = This is not the code that we sent. Look again, or ask for another one.
no-contact-code-waits = No code waits, or it is too old. Add the number or address again.
not-a-mail-address = This is no mail address. Type one such as ana@example.com.
password-too-short = Use 12 characters or more. Several words are fine.
password-too-long = Use 128 characters or fewer.
password-easy-to-guess = This password is easy to guess: it is common, or made of your name or the organisation's. Use several unrelated words.
password-leaked = This password is on a list of leaked ones, which attackers try first. Choose another one, and change it wherever else you use it.
password-unchanged = This is the password that you have. Choose another one.
wrong-current-password = This is not your password.
use-a-passkey-in-place = Use a passkey: it stands in for the old password.
no-passkey-to-stand-in = Without the old password this wants a passkey that checks that it is you, by fingerprint, face or PIN. You have none that works here. Call the help desk.
passkey-stands-in-from = Your passkey is new. It stands in for your password from { $at } on, so that nobody adds one to set a password. If you cannot wait, call the help desk.
no-password-to-change = You have no password: you sign in with a passkey.
first-code-wrong = This is not the code. Type the six digits that the app shows now for this account.
code-app-before-passkey = The first passkey of whoever works at the desk starts to work after 24 hours. Set up a code app now, and add the passkey on your account page.
browser-made-no-passkey = Your browser made no passkey. Try again, or set up a code app.
passkey-enrolled-already = This passkey is enrolled already.
key-did-not-check-you = This key did not check that it is you, by PIN or fingerprint. Set one up on the key, or add it as a security key that is used after the password.
passkey-not-accepted = The passkey was not accepted. Try again, or use another device.

# Backup codes.
say-codes-are-kept = Go back with your browser, keep the codes, and tick the box: they are good from then on.
codes-shown-too-long-ago = These codes were shown too long ago, or newer ones were made. They open nothing. Sign in and make new ones on your account page.
codes-kept-already = The codes of this request are kept already. Sign in with your password and one of them.
codes-not-yet = There are no codes yet. This page will say when there are.
codes-shown-often-enough = This request has shown codes as often as it may. Call the help desk, or start a new request.

# A request to recover an account.
type-your-login = Type the name you sign in with.
no-such-request = There is no open request with this reference and this login. Look at both again. A request that is over, or whose remedy was applied, can't be joined: start a new one.
caller-joins-elsewhere = You are signed in at the desk in this browser. The caller joins on a device of their own.
request-closed-already = This request is closed already.
pass-not-yet = There is no pass yet. This page will say when there is.
passes-shown-often-enough = This request has shown as many passes as it may. Call the help desk, or start a new request.
pass-not-wanted = You have set up a new way to sign in. Sign in with it: a pass is no use any more.
suspended-call-the-desk = The account is suspended. Call the help desk.
# $stage is verifying, awaiting_approval, awaiting_notice, on_hold, ready, remedied, contested or closed.
step-out-of-order = This step does not fit: the case is { $stage }.
waiting-period-runs = The waiting period runs until { $until }.
notice-may-still-go = A message to the owner may still go out. From { $from } on two seniors can begin the waiting period.
plan-has-changed = What would be done has changed since you looked. Look at it again.
look-of-another-wanted = You asked for somebody else's look: another senior or an admin says yes or no.
proof-no-longer-suffices = What was proven would not suffice now: the person, the risk or the policy is not what it was. Refuse the case, and help them to a new request.
permission-for-another = The permission was given for another case.

# "This was not me".
wrong-contest-code = This code is wrong, was used, or is too old. Call the help desk.
nothing-to-stop = This request is not open any more: there is nothing to stop.

# A manager's word.
wrong-words = That is not the phrase of this case's page. Ask them to read it again; if it stays wrong, the person on the line does not hold this page: do not go on. At the desk, refuse or escalate; elsewhere, call the help desk.
word-given-already = You have said so already, and it is recorded.
say-yes-no-or-unsure = Say that it is them, that it is not, or that you can't tell.
say-how-you-know = Say how you know that it is them: you saw them, you know the voice.

# An account.
too-many-factors = { $count ->
    [one] You have { $count } sign-in method. Remove one that you don't use, then add this one.
   *[other] You have { $count } sign-in methods. Remove one that you don't use, then add this one.
}
use-the-app-instead = You have no passkey that works. Type a code from your app.
not-your-passkey-or-code = This is not a passkey of yours that works here. Use another one, or a code.
not-a-passkey-answer = This is not an answer of a passkey. Try again.
no-passkey-asked = No passkey was asked for. Type a code from your app.
passkey-asked-for-another = The passkey was asked about another one. Try again.
last-way-in = This is the only way you have to sign in and to change your account. Add a passkey or a code app first, then remove this one. If it is lost or stolen, call the help desk.
give-it-a-name = Give it a name, such as "Blue security key".
use-visible-characters = Use letters, digits and signs that can be seen.
use-fewer-characters = { $count ->
    [one] Use { $count } character.
   *[other] Use { $count } characters or fewer.
}

provider-sign-in-is-over = This took too long, was used already, or was begun in another browser. Begin again.
provider-refused = The other site did not let you in, or what it said does not prove who you are. Try again, or sign in another way.
provider-sign-in-too-old = You signed in at the other site too long ago for it to count here, or it does not say when. Sign out there and begin again, or sign in another way.
provider-unreachable = The other site does not answer as it should. Try again later, or sign in another way.
account-is-not-linked = This account lets nobody in here. Sign in another way, and link it on your account page.
account-is-linked-already = This account is linked already.
