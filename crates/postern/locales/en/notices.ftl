# What people are told by mail, by text message and by voice. Each notice has a subject, a short sentence for text messages, and what happened
# at length. A text message is one piece of 160 characters only in the letters of GSM 03.38: no curly quotes, no dashes but the hyphen.
# The tests send every one with a long name and a long link.

# The frames. $text is what happened at length, $short the short sentence.
mail-opening = { $organisation }: { $text }
mail-when = When: { $at }
# Where the page of the request is: a browser and an address.
mail-page-held-on = The page of the request is held on: { $browser }, { $ip }
mail-nothing-to-do = If this was you, there is nothing to do.
mail-not-me = This was not me:
mail-link-stops = That page stops the recovery, and suspends the account if the reset was done already. It works once, for 30 days, and needs no sign-in.
mail-link-stops-password = That page stops the new password and ends every session, and the help desk hears of it. Once the new password works, it suspends the account instead. It works once, for 30 days, and needs no sign-in.
mail-link-suspends = That page suspends your account at once, until the help desk has spoken with you. It works once, for 30 days, and needs no sign-in.
mail-no-link = If the link does not open, call the help desk.
mail-no-link-phone = If the link does not open, call the help desk, { $phone }.
sms = { $organisation }: { $short } Not you? { $link }
sms-phone = { $organisation }: { $short } Not you? { $link } or call { $phone }
voice = { $organisation }: { $text } If this was not you, call the help desk now.
voice-phone = { $organisation }: { $text } If this was not you, call the help desk, { $phone } now.
# A moment in a mail, in UTC. $month is 1 to 12, $clock such as 07:41.
moment = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $clock } UTC
# What somebody signed in with. Names of browsers and systems stay as they are.
browser-on-system = { $browser } on { $system }
program-on-system = A program on { $system }
unknown-program = An unknown program
device-iphone = an iPhone
device-ipad = an iPad
device-android = an Android device
device-windows = a Windows computer
device-mac = a Mac
device-linux = a Linux computer
device-unknown = an unknown device

# The code that shows that a new number or address is theirs.
forgotten-link-subject = Your link to set a new password
forgotten-link-text = { $organisation }: somebody says that they have forgotten the password of your account. If that is you, open this link within 30 minutes, and have a code of your app or of your hardware token at hand:

    { $link }

    If it is not you, do nothing: with the link alone nobody gets any further. Never pass it on to anyone, the help desk neither.

sign-in-code-subject = Your code to sign in
sign-in-code-short = { $organisation }: { $code } is your code to sign in. Never tell it anyone, the help desk neither.
sign-in-code-spoken = { $organisation }. Your code to sign in is { $code }. Again: { $code }. Never tell it anyone, the help desk neither.
sign-in-code-text = { $organisation }: somebody has typed your password and signs in as you. If that is you, this is the code:

    { $code }

    It counts for ten minutes, in that browser alone. Never tell it anyone: nobody from your organisation asks for it, the help desk neither. If it was not you, somebody knows your password: change it now.
contact-code-subject = Your code
contact-code-short = { $organisation }: your code is { $code }. Type it only where you added this number.
contact-code-spoken = { $organisation }: your code is { $code }. Again: { $code }. Type it only where you added this number.
contact-code-text = { $organisation }: somebody who is signed in says that this address is theirs. If that was you, type this code where you added it:

    { $code }

    It counts for 15 minutes. If it was not you, there is nothing to do: without the code nothing is filed.

# A colleague is asked to be a trusted contact, and owners are reminded of theirs once a year.
trusted-ask-subject = { $name } asks you to be their trusted contact
trusted-ask-text = { $name } asks you to be one of their trusted contacts: colleagues who know them well enough to confirm one day that it is them. Nothing is wanted of you today but a yes or a no.
trusted-ask-look = Sign in, and answer on your account page within 14 days:
trusted-ask-warning = If you do not know them, do nothing: then they learn nothing. If you say no, they are told. As a trusted contact you never pass on a code or a password because somebody rings or writes: that is what a swindler would ask for, in their name or the help desk's.
trusted-reminder-subject = Are these still your trusted contacts?
trusted-reminder-text = { $count ->
    [one] you have chosen { $count } trusted contact.
   *[other] you have chosen { $count } trusted contacts.
}
trusted-reminder-short = { $organisation }: { $count ->
    [one] you have chosen { $count } trusted contact.
   *[other] you have chosen { $count } trusted contacts.
} Still right? { $link }
trusted-reminder-look = If one of them has left, or you would choose somebody else today, change it on your account page:

# Several openings, gathered into one message.
openings-subject = More requests to recover your account
openings-short = { $count ->
    [one] { $count } more request to recover your account.
   *[other] { $count } more requests to recover your account.
}
openings-text = { $count ->
    [one] { $count } more request to recover your account was opened.
   *[other] { $count } more requests to recover your account were opened.
}
openings-nothing-changed = Nothing has changed yet, and you will be told of each by itself before the help desk works on it.
openings-line = { $at }: { $browser } at { $ip }
openings-more = and { $count } more
openings-nothing-to-do = If these were yours, there is nothing to do.
openings-not-mine = They were not all mine:
openings-link = That page asks which were not, and stops those. It works for 30 days and needs no sign-in.

# What happens to an account.
notice-case-opened-subject = Somebody asked to recover your account
notice-case-opened-short = Account recovery was asked for.
notice-case-opened-text = Somebody told the help desk that they are you and can't sign in. Nothing has changed yet.

notice-case-joined-subject = Somebody goes on with your recovery request
notice-case-joined-short = Your recovery request went on elsewhere.
notice-case-joined-text = Somebody opened the page of the request to recover your account, by its reference. What was checked for another page counts nothing for this one. Nothing has changed yet.

notice-case-verified-subject = Your account is about to be reset
notice-case-verified-short = Your account is about to be reset.
notice-case-verified-text = The help desk has verified who asked. After the waiting period of your account, if it has one, it may remove all of your sign-in methods.

notice-codes-verified-subject = New backup codes are about to be made for your account
notice-codes-verified-short = New backup codes are about to be made.
notice-codes-verified-text = The help desk has verified who asked. After the waiting period of your account, if it has one, it may make new backup codes for you. Your sign-in methods stay as they are.

notice-case-refused-subject = A request to recover your account was refused
notice-case-refused-short = A recovery request was refused.
notice-case-refused-text = The help desk refused a request to recover your account. Nothing on your account was changed.

notice-case-withdrawn-subject = A request to recover your account was taken back
notice-case-withdrawn-short = A recovery request was taken back.
notice-case-withdrawn-text = Whoever asked to recover your account has taken the request back. Nothing on your account was changed.

notice-factors-reset-subject = Your sign-in methods were removed
notice-factors-reset-short = Your sign-in methods were removed.
notice-factors-reset-text = The help desk removed all sign-in methods and backup codes of your account and ended every session.

notice-backup-codes-reissued-subject = The help desk made new backup codes for your account
notice-backup-codes-reissued-short = The help desk made new backup codes.
notice-backup-codes-reissued-text = The help desk made new backup codes for your account. They are shown on the page of the request, and those from before open nothing any more. Your sign-in methods stay as they are.

notice-factor-enrolled-subject = A new sign-in method was added to your account
notice-factor-enrolled-short = A sign-in method was added.
notice-factor-enrolled-text = A new sign-in method was added to your account.

notice-contact-reported-lost-subject = A number or address of yours was reported lost
notice-contact-reported-lost-short = A contact of yours was reported lost.
notice-contact-reported-lost-text = Somebody told the help desk that a number or address on file for you is not yours any more. The help desk calls it no more. Messages still go there.

notice-person-changed-subject = What the help desk has on file about you was changed
notice-person-changed-short = What is on file about you was changed.
notice-person-changed-text = An admin changed your name, your manager, your security tier or your role at the help desk.

notice-set-up-code-issued-subject = A new set-up code was made for your account
notice-set-up-code-issued-short = A new set-up code was made.
notice-set-up-code-issued-text = An admin made a new set-up code for your account. With it a password can be set.

notice-contact-added-subject = A number or address was added to your account
notice-contact-added-short = A contact was added to your account.
notice-contact-added-text = An admin added a number or an address to those on file for you. The help desk may call it one day, and messages go there too.

notice-contact-attested-subject = A number or address of yours was confirmed
notice-contact-attested-short = A contact of yours was confirmed.
notice-contact-attested-text = An admin said that a number or an address that was imported for you is yours. The help desk may call it one day.

notice-contact-removed-subject = A number or address of yours was removed
notice-contact-removed-short = A contact of yours was removed.
notice-contact-removed-text = An admin took a number or an address of yours off the file. The help desk calls it no more. For 30 days messages still go there.

notice-trusted-contact-asked-subject = Somebody was asked to be your trusted contact
notice-trusted-contact-asked-short = A trusted contact was asked for.
notice-trusted-contact-asked-text = Somebody who is signed in as you typed a login or a mail address. If a colleague has it, they are asked to be your trusted contact.

notice-trusted-contact-accepted-subject = You have a new trusted contact
notice-trusted-contact-accepted-short = You have a new trusted contact.
notice-trusted-contact-accepted-text = A colleague has accepted to be your trusted contact. Your account page says who.

notice-trusted-contact-declined-subject = A colleague does not want to be your trusted contact
notice-trusted-contact-declined-short = A trusted contact declined.
notice-trusted-contact-declined-text = A colleague who was asked to be your trusted contact has said no.

notice-trusted-contact-lapsed-subject = Nobody answered as your trusted contact
notice-trusted-contact-lapsed-short = An ask for a trusted contact lapsed.
notice-trusted-contact-lapsed-text = You have asked for a trusted contact, and nobody answered within 14 days. Perhaps nobody here has the login or address that was typed.

notice-trusted-contact-removed-subject = A trusted contact of yours was removed
notice-trusted-contact-removed-short = A trusted contact of yours was removed.
notice-trusted-contact-removed-text = Somebody who is signed in as you removed a trusted contact of yours, or took an ask back.

notice-trusted-contact-resigned-subject = You have one trusted contact less
notice-trusted-contact-resigned-short = A trusted contact of yours gave it up.
notice-trusted-contact-resigned-text = A colleague is your trusted contact no more, by their own choice.

notice-factor-removed-subject = A sign-in method was removed from your account
notice-factor-removed-short = A sign-in method was removed.
notice-factor-removed-text = A sign-in method was removed from your account.

notice-passkey-waits-subject = A new sign-in method was added, and waits
notice-passkey-waits-short = A sign-in method was added, and waits.
notice-passkey-waits-text = A new passkey was added to your account. It works in 24 hours, or earlier when a senior or an admin says yes.

notice-passkey-approved-subject = Your new passkey works now
notice-passkey-approved-short = Your new passkey works now.
notice-passkey-approved-text = A senior or an admin said yes: the new passkey of your account works now.

notice-backup-codes-renewed-subject = New backup codes were made for your account
notice-backup-codes-renewed-short = New backup codes were made.
notice-backup-codes-renewed-text = New backup codes were made for your account. Those from before open nothing any more.

notice-backup-code-used-subject = A backup code was used to sign in to your account
notice-backup-code-used-short = A backup code was used to sign in.
notice-backup-code-used-text = Somebody signed in to your account with one of your backup codes.

notice-factor-disabled-subject = A sign-in method of yours was switched off
notice-factor-disabled-short = A sign-in method was switched off.
notice-factor-disabled-text = After 100 wrong attempts in a row one of your sign-in methods was switched off. Ask the help desk.

notice-push-disowned-subject = Somebody has your password or linked account
notice-push-disowned-short = A sign-in was stopped on your phone.
notice-push-disowned-text = On your phone you said that somebody else was signing in as you. That sign-in has ended, but whoever it was has your password, or an account that you linked: change your password on your account page now, and that of the linked account where you have it.

notice-password-set-subject = A password was set for your account
notice-password-set-short = A password was set for your account.
notice-password-set-text = A password was set for your account, with the set-up code that your organisation gave out for it.

notice-password-changed-subject = The password of your account was changed
notice-password-changed-short = Your password was changed.
notice-password-changed-text = Somebody who knew the old password, and showed one of your sign-in methods, changed the password of your account. Every other session has ended.

notice-password-replaced-subject = Another password was set for your account
notice-password-replaced-short = Another password was set for your account.
notice-password-replaced-text = Somebody who did not know the password of your account, and showed a passkey of yours, set another one. Every other session has ended.

notice-password-waits-subject = A new password waits for your account
notice-password-waits-short = A new password waits for your account.
notice-password-waits-text = Somebody who did not know the password of your account opened a link that we had mailed, showed a code of yours, and set another password. It works 24 hours after that, and every session ends then. Until then the old password goes on working, and you can stop the new one.

notice-password-stopped-subject = The new password is stopped
notice-password-stopped-short = The new password is stopped.
notice-password-stopped-text = The new password that waited for your account was stopped. It never works; the old one goes on working.

notice-password-works-subject = Your new password works now
notice-password-works-short = Your new password works now.
notice-password-works-text = The new password of your account has waited for 24 hours, and nobody stopped it. It works now. Every session has ended, and every browser is asked for everything again.

notice-clock-set-subject = The clock of a code app was set
notice-clock-set-short = The clock of your code app was set.
notice-clock-set-text = Somebody who is signed in to your account, and showed two codes of an app of yours and another sign-in method, told us how far the clock of that app is off. Its codes count by that clock now.

notice-hardware-token-set-subject = A hardware token was set right
notice-hardware-token-set-short = Your hardware token was set right.
notice-hardware-token-set-text = Somebody who is signed in to your account, and showed two codes of a hardware token of yours and another sign-in method, told us which code that token shows now. Its codes count from there on.

notice-other-sessions-ended-subject = Other sessions of your account were ended
notice-other-sessions-ended-short = All sessions but one were ended.
notice-other-sessions-ended-text = Somebody who is signed in to your account, and showed one of your sign-in methods, ended every other session of it.

notice-activity-disowned-subject = Something on your account was not you
notice-activity-disowned-short = You told us that something was not you.
notice-activity-disowned-text = Somebody who is signed in to your account said of something on it "this wasn't me". So sessions, sign-ins under way and open requests to recover it have ended. The help desk knows.

notice-second-step-failed-subject = Somebody has your password or linked account
notice-second-step-failed-short = Somebody tried to sign in.
notice-second-step-failed-text = Somebody came with the right password of your account, or with an account that you linked, and failed at the second step several times. Nobody got in. If it was not you, sign in and change your password, and that of the linked account where you have it.

notice-account-suspended-subject = Your account is suspended
notice-account-suspended-short = Your account is suspended.
notice-account-suspended-text = Somebody answered one of our messages to you with "this was not me". So nobody can sign in to your account now, and every session has ended. Call the help desk.

notice-account-suspended-by-desk-subject = The help desk suspended your account
notice-account-suspended-by-desk-short = The help desk suspended your account.
notice-account-suspended-by-desk-text = The help desk suspended your account. Nobody can sign in to it now, and every session has ended. If you did not ask for that, call the help desk.

notice-suspension-lifted-subject = Your account is open again
notice-suspension-lifted-short = The help desk opened your account again.
notice-suspension-lifted-text = The help desk lifted the suspension of your account. Whoever has your password and one of your sign-in methods can sign in again.

notice-lock-lifted-subject = You can try to sign in again
notice-lock-lifted-short = The help desk let you try to sign in again.
notice-lock-lifted-text = After wrong guesses at your account, the help desk let you try again at once. If you did not ask for that, somebody else did.

notice-recovery-stopped-subject = The recovery of your account was stopped
notice-recovery-stopped-short = Your recovery was stopped.
notice-recovery-stopped-text = Your manager or the help desk stopped the recovery of your account after it was done. What it gave opens nothing any more: no pass, no new code, and no sign-in method that was added with it. If it was you, call the help desk, or start a new request.

notice-recovery-goes-on-subject = The recovery of your account goes on
notice-recovery-goes-on-short = Your recovery goes on.
notice-recovery-goes-on-text = The recovery of your account had been stopped. A senior has looked at it, and lets it go on, on the page of the request.

notice-case-lapsed-subject = The recovery of your account was not finished in time
notice-case-lapsed-short = Your recovery was not finished in time.
notice-case-lapsed-text = Your sign-in methods were removed a day ago, and nobody has signed in since. The request is closed, and neither its pass nor what was set up with it works any more. If you can't sign in, start a new request.

notice-codes-lapsed-subject = The recovery of your account was not finished in time
notice-codes-lapsed-short = Your recovery was not finished in time.
notice-codes-lapsed-text = New backup codes were made for you a day ago, and nobody has signed in with one of them. The request is closed and they open nothing any more, nor do those from before. Your sign-in methods are as they were.

notice-case-closed-subject = You are back in, and your recovery is closed
notice-case-closed-short = You are back in: recovery closed.
notice-case-closed-text = A full sign-in with the new method has closed the recovery case.

# What waits for a manager, or for somebody at the desk: a switch on the account page, and a mail.
staff-look = Look at it:
staff-choose = Which of these you get, you choose on your account page.

staff-vouch-asked-label = Somebody whom I lead needs my word
staff-vouch-asked-subject = Somebody needs your word
staff-vouch-asked-text = { $name } is locked out. The help desk has called them. Speak with them yourself, on a number that you had before; they read you three words from their page. If it is not them, or you can't tell, say so on the same page.

staff-case-escalated-label = A case was escalated
staff-case-escalated-subject = A case was escalated to the seniors
staff-case-escalated-text = { $name } has a case that only a senior or an admin can work on now.

staff-case-handed-over-label = A case was handed to me
staff-case-handed-over-subject = A case was handed to you
staff-case-handed-over-text = { $name } has a case that a colleague handed to you. Its timeline says why.

staff-second-yes-wanted-label = A case waits for another yes
staff-second-yes-wanted-subject = A case waits for another yes
staff-second-yes-wanted-text = { $name } has a case whose proof suffices. Somebody who gave none of it must look at it, and say yes or no.

staff-trick-reported-label = An owner was told what to say
staff-trick-reported-subject = Somebody tells an owner what to say
staff-trick-reported-text = { $name } was called, and said that they had not begun this themselves. Somebody is trying to get into their account: look at it before anybody goes on.

staff-vouch-denied-label = A manager says that it is not them
staff-vouch-denied-subject = A manager says that it is not them
staff-vouch-denied-text = { $name } has a case whose manager says that somebody else is asking. Nothing is bound any more: look at it before anybody goes on.

staff-case-stopped-label = A case was stopped after its remedy
staff-case-stopped-subject = A case was stopped after its remedy
staff-case-stopped-text = { $name } has a case that a colleague stopped after its remedy. Ring them on a number on file, help them to a new request, then refuse it.

staff-case-contested-label = An owner stopped a case
staff-case-contested-subject = An owner stopped a case: "this was not me"
staff-case-contested-text = { $name } has a case that its owner stopped. Call them on a number on file, then refuse it.
