# Getting back in: who can't sign in, and who says "this was not me".

recover-title = Recover your account
who-are-you = Who are you?
only-password-forgotten = Only the password is forgotten, and you have a passkey? Set a new one yourself.
who-are-you-why = Type the name you sign in with. We then show what you can still use, and if that is nothing, the help desk will call you.
back-to-sign-in = Back to sign-in
have-a-reference = I have a reference
have-a-request-here = I have a request open in this browser
toast-no-request = No request is open in this browser.
toast-request-gone = The request that this browser had open is over, or was continued in another browser. If that was not you, call the help desk.

options-title = What can you still use?
your-ways-in = Your account has these ways in.
possible-ways-in = An account can have these ways in.
use-any-of-them = If any of them works for you, use it: it is quicker than the help desk.
way-backup-code = A backup code
codes-left-in-brackets = ({ $count } left)
way-backup-code-what = One of the codes that you saved or printed when you set up your second step.
use-one = Use one
way-passkey = A passkey
way-passkey-what = On another phone or computer of yours, or a security key.
sign-in-with-it = Sign in with it
way-sent-code = A code by text, call or mail
way-sent-code-what = If your number or mailbox is one of your ways in, a code can be sent there after the password.
have-one-sent = Have one sent
way-phone-app = Your phone app
way-phone-app-what = If you have the phone that approves your sign-ins, it can let you in.
way-hardware-token = Your hardware token
way-hardware-token-what = The small device that shows codes, if your organisation has given you one.
way-code-app = Your code app on another device
way-code-app-what = Some apps keep a copy on a tablet or in the cloud.
type-a-code = Type a code
none-of-these = None of these?
open-a-request-for = We open a request for <strong>{ $login }</strong>. The help desk will call a number that your organisation already has on file, and tell every contact on file that somebody asked.
have-none-of-these = I have none of these

# The call that is to come.
desk-calls-one-of =
    { $count ->
        [one] The help desk calls this number of yours:
       *[other] The help desk calls one of these numbers of yours:
    }
office-number-ending-in = Office number ending in { $digits }
mobile-ending-in = Mobile number ending in { $digits }
no-number-to-call = No number of yours is on file that we may call. Call the help desk yourself: it has other ways to be sure of you.
desk-is-there = The help desk is there { $hours }.
desk-can-be-called = You can call it yourself, at { $phone }.
until-we-call = Until we call
keep-phone-near = Keep your phone near, and this page open. We call no number that was given to us today.
found-another-way = Found a backup code, or another device with your passkey or code app? <a href="{ $page }">Sign in with it</a>: that is quicker. Then withdraw this request.
sent-here-question = Did somebody ring you and send you here?
sent-here-answer = Our help desk never does. Put the phone down, and call us yourself.

join-title = Go on with a request
join-why = The help desk gave you a reference, or you began in another browser. That other page ends, and this one has three words of its own.
reference = Reference
go-on = Go on
have-no-reference = I have no reference

# The claimant page. $reference is the request's name in talk, such as C-7K3M9Q.
your-recovery = Your recovery
request-of = Request { $reference } for { $login }, opened { $at }
waiting-period-ends = The waiting period ends { $at }.
pass-works-until = Works until { $at }
continue-with-pass = Continue with this pass
show-my-backup-codes = Show my backup codes
show-my-pass = Show my pass
for-your-eyes-only = For your eyes only
nobody-asks-for-the-pass = Nobody at the help desk sees it, and nobody will ask for it. Whoever asks is not us.
run-out-of-time = Run out of time?
show-a-new-pass = Show a new pass
passes-left = { $count } left. Only the newest works.
trick-question = Did somebody tell you to read words to them?
trick-answer = Then it is a trick, whoever they say they are.
stop-my-recovery = Stop my recovery
your-three-words = Your three words
three-words-use = When <strong>we</strong> ring you, we first ask which device you use and where you are. Then we ask for these words; your manager may ask for them too. They open nothing by themselves.
what-happens = What happens
steps-done = { $done } of { $all }
step-done = (done)
start-a-new-request = Start a new request
page-follows-request = This page follows your request by itself; without JavaScript, reload it. You can close it and come back with this browser.
withdraw-the-request = Withdraw the request
withdraw-changes-nothing = Nothing is changed on your account. You can ask again at any time.
yes-withdraw = Yes, withdraw it

# The steps that every request takes.
step-received = Request received
step-identity-checked = Identity checked
step-new-codes = New backup codes made
step-factors-removed = Old sign-in methods removed
step-signed-in-again = Signed in again

# Where a request stands, and what happens next.
received-now = We have your request.
received-next = The help desk will call you, at a number that your organisation has on file. When they do, read them the phrase below. We never ask for your password, and we never call a number that you gave us today.
bound-now = You are on the line with us: this page is yours.
bound-next = The help desk is gathering what else the rules want: for most people, your manager's word. Keep this page open: your manager will ask you for the phrase too.
awaiting-approval-now = Your identity is checked. A second person must approve.
awaiting-notice-now = Your identity is checked. Because of what your account can reach there is a waiting period. It begins when our message about it has gone out to a contact that we have on file.
on-hold-now = Your identity is checked. Because of what your account can reach there is a waiting period, in which you were told on every contact we have.
new-codes-can-follow = Your identity is checked. The help desk can now let you have new backup codes.
reset-can-follow = Your identity is checked. The help desk can now remove your old sign-in methods.
checked-next = Keep this page. It will say when it is your turn.
new-codes-now = You can have new backup codes.
new-codes-next = Show them below, keep them, and sign in with your password and one of them. Codes from before open nothing any more.
reset-now = Your old sign-in methods are gone.
reset-next = With your password, a pass lets you set up a new way to sign in, once, and nothing else. Each pass works for a few minutes.
proven-now = You are back in.
proven-next = There is nothing left to do. Every contact on file was told.
withdrawn-now = You withdrew this request.
withdrawn-next = If you still can't sign in, start a new one.
refused-now = This request was closed without a reset.
refused-next = If you still can't sign in, call the help desk yourself, at the number on your organisation's own pages.
lapsed-now = This request has run out.
lapsed-next = Nothing was changed. If you still can't sign in, start a new one.
late-now = The day in which you could come back is over.
late-next = Nobody signed in with what this page showed, so it opens nothing any more. Start a new request: your identity will be checked again.
contested-now = Somebody answered our notice with "this was not me", so everything has stopped.
contested-next = If it was you after all, call the help desk; a senior will look at it.
stopped-now = This request was stopped.
stopped-next = What this page showed opens nothing any more. If you still can't sign in, call the help desk yourself, at the number on your organisation's own pages, or start a new request.
looked-at-again-now = The help desk looks at this request once more.
looked-at-again-next = What this page showed opens nothing until then. Keep this page, or call the help desk yourself, at the number on your organisation's own pages.

# New backup codes, on the claimant page.
request-named = Request <strong>{ $reference }</strong>
new-codes-for-your-eyes = Each one gets you in once, after your password. They are shown <strong>this once</strong>, and for your eyes only: nobody at the help desk will ask for one.
codes-good-when-kept = They are good as soon as you say that you have kept them.

# The owner's objection.
not-me = This was not me
not-you = This was not you?
not-me-what-happens = Then stop it here. If the message told of a request to recover your account, that request is stopped at once. If it told of a new password that does not work yet, that password is stopped and every session ends. If your sign-in methods were removed already, or the message told of a sign-in method, a code or a password that works already, <strong>your account is suspended</strong> until the help desk has spoken with you. If other requests are open in your name, we ask you about them afterwards.
code-from-the-message = Code from the message
code-from-the-message-hint = Filled in by itself when you came through the link. Otherwise it is the part of the link after the # sign.
it-is-stopped = It is stopped
password-is-stopped = The new password never works; your old one goes on working. Every session has ended. Sign in, and see on your account page which ways in and contacts are yours.
account-is-suspended = Your account is suspended: nobody can sign in to it, and every session has ended.
recovery-is-stopped = { $references }: the recovery is stopped. Nothing on your account was changed, and you can go on working.
which-were-not-you = Which of these were not you?
nothing-is-stopped-yet = Nothing is stopped yet. Nothing on your account was changed.
nothing-left-to-stop = There is nothing left to stop
over-already = What this message told of is over already, without a change to your account.
are-these-yours = Are these yours?
open-requests = Open requests in your name
open-requests-go-on = These requests are open in your name too, and go on unless you stop them.
new-codes-done = Fresh backup codes: done
reset-done = Force MFA reset: done
request-opened-from = { $at }, { $device } at { $ip }
request-was-not-me = { $reference } was not me
none-were-me = None of these were me
leave-yours = If they are yours, leave them: there is nothing to do.
call-and-say-stopped = Now call the help desk yourself, at the number on your organisation's own pages, and say that you stopped a recovery.
call-and-say-not-you = Now call the help desk yourself, at the number on your organisation's own pages, and say that this was not you.
