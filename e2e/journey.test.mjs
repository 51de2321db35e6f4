// The main job: Ana lost her phone and gets back in, and nobody else does.
import { DATABASES } from './lib/database.mjs';
import { journey } from './lib/journey.mjs';
import { TENANTS } from './lib/people.mjs';
import { World } from './lib/world.mjs';
import * as access from './steps/access.mjs';
import * as audit from './steps/audit.mjs';
import * as codes from './steps/codes.mjs';
import * as desk from './steps/desk.mjs';
import * as enrolment from './steps/enrolment.mjs';
import * as incidents from './steps/incidents.mjs';
import * as notices from './steps/notices.mjs';
import * as pages from './steps/pages.mjs';
import * as people from './steps/people.mjs';
import * as recovery from './steps/recovery.mjs';
import * as staff from './steps/staff.mjs';

const STEPS = [
  ['Ana lost her phone and is offered a way on', recovery.anaLostHerPhone],
  ['she has nothing left and opens a case', recovery.anaOpensACase],
  ['her claimant page survives a reload', recovery.theClaimantPageSurvivesAReload],
  ['strangers are answered alike', recovery.strangersAreAnsweredAlike],
  ['the desk wants a passkey', staff.theDeskWantsAPasskey],
  ['Ben signs in with a passkey', staff.benSignsInWithAPasskey],
  ['the queue shows the case', desk.theQueueShowsTheCase],
  ['the reset is locked and says why', desk.theResetIsLockedAndSaysWhy],
  ['Ben calls the office number and binds her page', desk.benCallsTheOfficeNumber],
  ['he records the call, which is not enough', desk.benRecordsTheCall],
  ['a birthday is no proof', desk.aBirthdayIsNoProof],
  ['the manager comes in with a passkey', staff.comesInWithAPasskey('mona')],
  ['she vouches', desk.theManagerVouches],
  ['the lock opens', desk.theLockOpens],
  ['Ben forces the reset, with a reason', desk.benForcesTheReset],
  ['Ana, and not Ben, is shown the pass', enrolment.anaIsShownHerPass],
  ['the password alone leads nowhere', enrolment.thePasswordAloneLeadsNowhere],
  ['a wrong pass is refused', enrolment.aWrongPassIsRefused],
  ['password and pass lead to enrolment and nowhere else', enrolment.passwordAndPassLeadToEnrolment],
  ['a wrong code enrols nothing', enrolment.aWrongCodeEnrolsNothing],
  ['a slow phone is told by how much', enrolment.aSlowPhoneIsToldByHowMuch],
  ['Ana enrols her new phone', enrolment.anaEnrolsHerNewPhone],
  ['she keeps her backup codes', enrolment.anaKeepsHerCodes],
  ['the pass is used up', enrolment.thePassIsUsedUp],
  ['Ana signs in fully', enrolment.anaSignsInFully],
  ['the case closes by itself', desk.theCaseClosedByItself],
  ['her claimant page says that she is back', recovery.theClaimantPageSaysThatSheIsBack],
  ['every earlier contact is told', notices.everyEarlierContactIsTold],
  ['Fay is away from her phone and has no codes', codes.fayIsAwayFromHerPhone],
  ['Ben proposes codes instead of a reset', codes.benProposesCodesInsteadOfAReset],
  ['the proof is the same', codes.theProofIsTheSame],
  ['Ben lets her have codes, with a reason', codes.benLetsHerHaveCodes],
  ['Fay, and not Ben, is shown the codes', codes.fayAndNotBenIsShownTheCodes],
  ['one of them closes the case', codes.oneOfThemClosesTheCase],
  ['the auditor comes in with a passkey', staff.comesInWithAPasskey('otto')],
  ['the audit page tells the story', audit.theAuditPageTellsTheStory],
  ['the export carries reason and state before', audit.theExportCarriesReasonAndStateBefore],
  ['the log is whole until a byte is changed', audit.theLogIsWholeUntilAByteIsChanged],
  ['he names a factor, and removes one with proof', staff.aFactorIsNamedAndRemovedWithProof],
  ['he adds a code app with his passkey', staff.aPasskeyProvesANewCodeApp],
  ['fresh backup codes count once they are kept', staff.freshBackupCodesCountOnceKept],
  ['the admin comes in with a passkey', staff.comesInWithAPasskey('ada')],
  ['she changes a person, and files a contact', people.anAdminChangesAPerson],
  ['a caller joins the case that Ben opened', people.aCallerJoinsTheCaseThatTheDeskOpened],
  ['she brings the log of another provider', incidents.theImportsPageTakesALog],
  ['what it shows is an incident in the queue', incidents.theIncidentStandsInTheQueue],
  ['the person and the case say so, loudly', incidents.thePersonAndTheCaseSayIt],
  ['she closes it with a reason', incidents.theIncidentIsClosedWithAReason],
  ['a token wants a touch of her passkey', staff.aTokenWantsATouch],
  ['the other pages look right', pages.theOtherPages],
  ['Tab comes to everything on them', pages.theKeyboardReachesEverything],
  ['a backup code is as good as the phone', enrolment.aBackupCodeIsAsGoodAsThePhone],
  ['the keyboard is enough to sign in', access.theKeyboardIsEnoughToSignIn],
  ['pages work without JavaScript', access.pagesWorkWithoutJavaScript],
  ['"this was not me" stops a case', notices.thisWasNotMeStopsACase],
  ['a case can be handed on or refused', desk.aCaseCanBeRefusedOrHandedOn],
  ['what opens one organisation opens nothing at the other', access.nothingOpensTheOther],
  ['a session that ends says so before, and loses nothing that was typed', access.aSessionEndsAndLosesNothing],
];

const [harbour, quay] = TENANTS;
const [sqlite, postgres] = DATABASES;

// Both organisations, and both databases; the other pairs would show nothing that these two do not.
for (const [database, tenant] of [[sqlite, harbour], [postgres, quay]]) {
  journey('a locked-out person gets back in', {
    on: `${database.name}, ${tenant.name}`,
    skip: database.skip ?? false,
    start: () => World.start(database, tenant),
    check: (world) => world.check(),
    end: (world, broken) => world.end(broken),
    steps: STEPS,
  });
}
