// Owns groups of words that people use for the same thing, in any domain. A word stands in several groups
// where it has several meanings: sharing one is a hint to weigh, never a proof. Ours, domain-neutral.
import { conceptOf } from './words.ts';

const GROUPS = `
  access/view accident/crash/incident account/profile achievement/badge acquired/bought
  active/current/live/ongoing activity/hobby actor/performer/star/cast admission/hospitalization
  adoption/placement advisor/adviser/mentor/counselor advisor/supervisor/mentor age/old/older/young age/years
  agency/authority agent/broker agent/realtor airline/carrier airport/airfield/aerodrome album/record/lp
  alert/alarm/warning alive/living allergy/intolerance allow/permit/support/accept amount/quantity/sum/total
  amount/value/sum animal/creature/pet animal/livestock apartment/flat/unit appointment/meeting
  appointment/visit/consultation approved/accepted area/size/surface/region army/military arrest/detention
  arrival/arriving arrive/land/come/reach artifact/relic artist/musician/performer artist/painter asset/holding
  assignment/homework attend/participate/join attendance/turnout attendee/participant/visitor attraction/sight
  author/writer/creator author/writer/novelist automobile/car/vehicle available/free/open/offered average/mean
  bag/luggage/baggage balance/credit balance/funds band/group bar/pub/tavern barcode/ean base/camp basket/cart
  batch/lot battery/power battle/fight/combat beer/ale begin/start/commence/launch/open beneficiary/recipient
  big/large/great/huge bike/bicycle bill/invoice birthday/birth/born body/person book/publication/title/volume
  booking/reservation border/frontier border/neighbor/adjacent/adjoin/surround/next bordering/neighboring
  borrow/loan/checkout borrower/debtor both/two bottom/worst/lowest branch/office/location branch/store/location
  brand/label/make brand/manufacturer/make breed/race bridge/crossing bridge/span broken/defective
  budget/funding budget/funds/money build/construct builder/constructor building/structure/block bus/coach
  busiest/most busy/occupied buy/purchase/acquire/order call/dial campaign/fundraiser campus/site cancel/abort
  cancellation/churn/termination cancelled/canceled/scrapped candidate/contender/applicant
  candidate/contender/nominee capacity/size capacity/volume capital/city capital/seat cartoon/animation
  cashier/clerk casualties/deaths cat/feline ceremony/celebration change/difference channel/source/medium
  channel/station character/avatar characteristic/feature/trait characteristic/property/attribute
  characteristics/features/properties charity/nonprofit cheap/inexpensive/affordable chef/cook church/temple
  city/town/municipality/place claim/request class/course/lecture/subject click/hit click/tap coach/trainer
  code/abbreviation code/identifier/number/id collection/set color/colour/shade comment/remark/note
  comment/reply/response commit/change company/firm/business/enterprise/corporation complaint/grievance
  complaint/issue/complain completed/finished/done/complete concert/show/gig/performance conference/division
  consumer/customer/subscriber contact/person contain/include/have/comprise/hold continent/landmass
  contract/agreement contractor/freelancer conversion/rate cost/price/expense/fee cost/price/fee/charge/rate
  costliest/priciest country/nation/state/land county/district course/class/subject/module coverage/scope
  cow/cattle create/make/produce/build/establish/found credit/point/unit credits/units crime/offense crop/plant
  culture/heritage currency/money current/present/now/ongoing curriculum/course/class
  customer/client/buyer/patron/shopper damage/harm damage/loss damaged/broken damaged/harmed date/day/time
  day/daily dead/deceased deal/opportunity death/died/dead/casualty debt/liability defect/fault/flaw
  degree/diploma/qualification delay/lateness deliver/bring deliver/ship dense/density
  department/division/faculty department/division/unit/dept/section departure/leaving deployment/rollout
  description/details/detail/information/summary description/details/notes description/summary/abstract
  desert/wasteland destination/arrival/end destination/target details/information/info/data/record/facts
  developer/programmer/engineer device/equipment/gadget/machine diagnosis/condition/illness
  difficult/hard/demanding/challenging/tough direct/film direct/lead directed/led director/filmmaker
  discount/reduction/rebate disease/illness/condition/sickness dish/meal/food distance/far/length distance/range
  distinct/different/unique/separate district/borough district/region dividend/payout
  doctor/physician/medic/clinician document/file/paper document/file/record dog/canine dog/hound dog/puppy
  donation/endowment/gift/contribution donor/giver/contributor donor/giver/donator dorm/dormitory/residence
  dosage/dose/strength draft/version drive/operate driver/motorist driver/trucker/chauffeur
  drop/decrease/decline/fall drug/medicine/medication early/earliest/first/oldest earn/make earthquake/quake
  easiest/simplest easy/simple editor/journalist editor/reviser education/degree/qualification elderly/old
  election/vote elective/optional elevation/altitude/height email/mail employed/hired
  employee/worker/staff/personnel/member employer/company empty/vacant/blank/missing
  end/finish/conclude/close/complete energy/consumption/usage engine/motor enrolled/registered
  enrollment/registration episode/installment error/failure/exception event/happening/activity every/each/all
  exam/final/test exam/test/assessment exam/test/examination exhibition/exhibit/show expense/cost/spending
  expensive/costly/pricey/dear experience/expertise experience/seniority experiment/trial/study factory/plant
  failure/defect/fault/error fare/price/ticket/cost farm/ranch farmer/grower fast/quick/rapid/speedy
  feature/function/capability fee/charge/surcharge female/women fertilizer/manure festival/celebration
  field/parcel/plot fine/penalty fire/dismiss/terminate flavor/taste flight/trip/journey flood/inundation
  fly/travel folder/directory follower/fan/subscriber food/nourishment forecast/prediction founder/creator
  friend/buddy friend/contact/connection fruit/produce full/complete fund/portfolio furthest/farthest
  game/match/contest game/title garage/workshop gender/sex genre/style/category genre/subject genre/type/style
  goal/score goal/target goods/products/items grade/mark/score/level grant/funding grape/variety grid/network
  gross/revenue group/community growth/increase/rise guest/diner/patron guest/visitor/customer
  guest/visitor/traveler guild/clan happen/occur/place hardest/toughest headcount/workforce heaviest/weightiest
  heavy/weighty height/stature height/tall/high/elevation high/tall/elevated highest/peak/top
  hire/recruit/employ/engage hometown/home homework/assignments hospital/clinic host/organizer hotel/inn/lodging
  hotel/lodging/accommodation house/home/residence/dwelling id/number/code/reference important/significant
  impression/view inactive/dormant incident/outage income/revenue/earnings industry/sector/branch
  ingredient/component inhabitants/residents injury/wound inspection/check inspector/examiner instrument/device
  instrument/tool insurance/coverage investor/shareholder island/isle issue/bug/ticket issue/release item/object
  job/occupation/position/role/work/post journal/magazine/periodical kid/child/youngster kids/children
  killed/slain kind/type/sort/category/class/genre/group king/monarch lab/laboratory/practical lake/pond
  landlord/owner language/tongue largest/biggest late/delayed/overdue law/act lead/prospect league/division
  leave/depart/quit/exit lend/loan length/extent length/long/duration less/fewer/lower/under/below
  lesson/session level/stage level/tier library/branch library/collection like/reaction line/route link/url
  listener/fan listing/advert live/reside/stay/dwell/inhabit loan/checkout/borrowing loan/credit/borrowing
  located/based located/situated location/place/site/where/position/address/city location/place/venue
  login/username long/lengthy longest/lengthiest lose/fail lost/missing low/small main/primary
  major/concentration major/specialization major/subject male/men man/male/gentleman
  manage/run/lead/head/supervise manager/boss/supervisor/head/leader manager/head/director/boss
  mandatory/required/compulsory/obligatory manufacturer/maker/producer marriage/married married/wed
  match/game/fixture match/round material/fabric maximal/maximum maximum/highest/largest/most/greatest/top
  measurement/observation/reading medal/award/prize median/middle member/patron/participant
  member/reader/borrower membership/plan/subscription message/note message/sms message/text mileage/kilometers
  minimal/minimum minimum/lowest/smallest/least missing/absent/lacking/without mission/operation model/version
  money/cash/dollar/amount/sum month/monthly more/greater/higher/over/above motto/slogan
  mountain/peak/mount/summit movie/film/picture multiple/several/many museum/gallery name/title/called/named
  name/title/label nationality/citizenship/country nearby/close nearest/closest network/system
  next/following/upcoming/coming nurse/caregiver obtain/receive/earn/gain/get/achieve/attain
  offer/provide/supply/give offered/given/available office/bureau officer/commander officer/official/agent
  officer/policeman old/aged/senior only/just opened/started operator/machinist order/purchase
  origin/source/start/departure outage/blackout outage/disruption overdue/late/delinquent own/belong
  own/possess/hold/have owned/held owner/holder/proprietor owner/keeper page/url painting/picture/artwork
  paper/article/publication paragraph/passage parameter/setting parcel/package/box parent/guardian
  part/component/piece party/celebration party/group passenger/flyer/traveler passenger/rider/commuter
  patient/case/sick/person patient/client pay/spend/settle payment/settlement payment/transaction
  pending/waiting/open/outstanding people/population/inhabitant/resident/citizen/person
  permit/licence/license/authorization phone/mobile/handset phone/telephone/cellphone/mobile
  photo/picture/image/photograph pilot/aviator/captain plan/tariff/package plane/aircraft/airplane/jet
  platform/console platform/track play/perform played/performed player/athlete/sportsman
  player/athlete/sportsperson player/gamer policy/contract politician/representative
  popular/common/frequent/favorite popular/favored populated/inhabited populous/populated/population port/harbor
  post/message/update power/output/wattage precinct/station premium/contribution
  prerequisite/requirement/required/precondition prescription/medication previous/past/prior/last/former
  price/cost/worth/value priority/urgency/importance priority/urgency/severity prison/jail problem/issue
  procedure/operation/surgery produced/made product/item/article/good product/item/goods/good/merchandise
  professor/prof/instructor/teacher professor/teacher/instructor/faculty/lecturer profit/gain/earnings
  program/degree project/programme project/repository project/undertaking promotion/discount property/estate
  protein/enzyme publish/release publisher/press purchased/bought quality/grade quantity/amount/number/count
  quantity/volume quest/mission quickest/fastest quote/offer/proposal race/competition race/run
  rain/precipitation rank/grade rank/order/sort/list/arrange rank/position/place rank/standing ranking/placement
  ranking/rank/position rare/uncommon/infrequent rate/review/score/grade rating/classification
  rating/score/grade rating/score/stars ratio/proportion/rate reason/cause receipt/ticket/sale receive/accept
  recent/latest/last/new/newest recipe/dish record/entry referee/umpire referrer/channel
  region/area/zone/territory register/enroll rejected/denied/declined/refused release/version/build
  religion/faith rental/hire rental/letting renter/tenant/lessee repair/fix/maintenance report/record
  request/demand/application require/need/demand researcher/scientist reservation/hold residence/address/home
  restaurant/diner/eatery result/outcome return/refund/bring revenue/turnover/sales/proceeds/takings/income
  review/comment/feedback/rating review/critique reviewer/approver rich/wealthy right/correct
  river/stream/waterway road/highway/motorway road/street/highway room/chamber room/suite route/trip/run
  router/modem salary/pay/wage/earnings/income/compensation/remuneration salesperson/seller sample/specimen
  school/institution/academy scooter/moped score/get/mark score/points/rating score/points/result
  screening/showing sculpture/statue sea/ocean search/query/lookup season/campaign season/year seat/place
  section/part/chapter seed/grain segment/tier sell/vend semester/term sensor/detector sensor/probe
  server/machine/host server/realm service/maintenance session/visit severity/gravity
  share/percentage/proportion/fraction/part ship/dispatch/send ship/vessel/boat shipment/consignment/delivery
  shipped/sent shopper/customer/visitor show/display/exhibit show/program/series sing/perform/vocalist
  singer/vocalist/artist single/one/sole single/unmarried size/big/large/area/extent size/dimension size/format
  skill/ability skill/competence sku/product/item small/little/tiny smallest/tiniest
  software/program/application sold/vended soldier/serviceman soldier/troop song/track/tune/music
  sparse/sparsely speaker/presenter specialty/specialization/field species/organism speed/fast/velocity
  spend/pay/expend spender/buyer spoken/used sponsor/backer spouse/partner/husband/wife
  stadium/arena/venue/field stage/phase state/province station/terminal/stop status/state/condition
  stock/inventory/supply stock/share/equity store/shop/outlet storm/hurricane/tempest
  student/pupil/learner/scholar student/undergrad student/undergraduate/scholar study/learn
  subscriber/customer/user subscriber/member/user summary/overview supplier/vendor/provider surround/enclose
  suspect/accused symptom/complaint table/seat tag/label tallest/highest task/activity task/job
  taught/given/instructed tax/duty teach/instruct/lecture/educate teacher/instructor/professor/educator
  teaches/instructs/gives team/group/squad team/squad/club/side technician/mechanic/repairman
  temperature/degrees temperature/heat template/form tenant/organization/workspace tenant/renter/lodger
  text/content/body theater/theatre/cinema thesis/dissertation ticket/pass time/moment/hour/duration/length
  tip/gratuity tire/wheel title/name/heading titled/named tonnage/tonne/ton top/best/leading/highest
  topic/subject/theme total/overall/combined/entire/whole/sum/gross tour/excursion tourist/traveler
  tournament/competition/championship/contest town/city/village trade/deal traffic/visits train/railway
  training/course/workshop transaction/transfer/operation transfer/move travel/journey/go traverse/cross
  treat/cure/care treatment/therapy/procedure/cure trip/journey/ride trip/journey/tour truck/lorry/vehicle
  turbine/generator type/kind/format university/college/institution unpaid/outstanding/due/owed/owe
  usage/use/consumption use/utilize/employ/apply user/account/member user/member/profile user/visitor/member
  vacation/leave/absence vaccine/shot/immunization version/revision veterinarian/vet video/clip
  view/watch/see/look viewing/showing village/settlement visit/attend/see/view visit/checkup visit/trip
  visitor/guest/attendee visitors/footfall volunteer/helper waiter/server ward/department/unit warehouse/depot
  warehouse/storage wealthiest/richest weapon/arm website/homepage/url website/site/page week/weekly
  weight/heavy/mass wheat/grain width/breadth win/earn/get win/gain wind/breeze wine/drink/beverage wine/vintage
  winery/vineyard winner/victor/champion wins/victories woman/female/lady won/gained work/serve/employ
  workload/work/effort workshop/class worst/poorest write/author/compose/pen written/authored wrong/incorrect
  year/annual/yearly yield/harvest/crop/production young/junior
  player/participant/contestant/competitor enterpriser/entrepreneur/founder school/college university/campus/college office/headquarters/base
  discipline/major/subject representative/delegate/deputy admission/admitted/admit/hospitalized length/distance/span hypersensitivity/allergy
  temperature/degree lesson/class movie/cinema theater/cinema/theatre musical/music/drama method/way/mode/category formal/official
  semester/session/term hometown/birthplace classroom/schoolroom joined/hired/started capacity/seat/seating nickname/alias/monicker
  flag/banner meeting/conference/gathering certificate/certification/credential certify/certificate/license terminal/station route/path/way
  incident/event/accident ethnicity/origin/race/background issue/problem/trouble floor/story/storey/level substring/word/phrase/text/string
  institution/organization/organisation/body residence/home/address/domicile popular/common/often/frequent/used diagnosis/disease/condition
  stay/duration fullname/firstname fullname/lastname destiny/fate fullname/name forename/name family/surname
  shortest/quickest salesperson/salesman/agent/representative/rep staff/team/crew crew/cabin earn/make/bring generate/bring/produce/yield
  spend/outlay/expenditure/expense purchase/acquisition/buying usage/utilization/utilisation maintain/service/repair broken/faulty/failed/down
  outage/downtime/interruption defect/flaw/fault/error/bug breakdown/failure inspect/check/examine/audit/review audit/inspection/check
  storage/capacity/space deploy/release/rollout version/release/build endpoint/url/route latency/delay/lag timeout/expiry expired/lapsed/ended
  renew/extend/prolong renewal/extension subscribe/join/enroll unsubscribe/leave/cancel refund/reimbursement/repayment chargeback/dispute
  invoice/billing receipt/voucher ledger/account/book payable/owed/due receivable/owed arrears/overdue/unpaid interest/rate installment/instalment/payment
  collateral/security premium/fee deductible/excess beneficiary/recipient/payee insured/policyholder claimant/applicant adjuster/assessor/handler
  ward/unit/department surgery/theatre bed/cot discharge/release/leave referral/transfer dose/dosage/amount vaccine/jab/shot/immunization scan/imaging
  consignee/recipient consignor/sender/shipper freight/cargo/load/goods pallet/skid depot/hub/terminal haul/transport/carry courier/carrier/messenger
  dispatch/ship/send/forward container/box customs/border leg/segment/stage stopover/layover/connection gate/door runway/strip aircraft/airliner/jet
  tuition/fees scholarship/grant/bursary/award faculty/staff/teacher freshman/firstyear graduate/alumnus/alumni dropout/leaver attendance/presence
  absent/missing/away homework/assignment/task textbook/book timetable/schedule/calendar syllabus/curriculum/program enrolment/enrollment/registration/intake
  page/site/webpage visit/hit/session visitor/user/guest bounce/exit/leave referrer/source/origin banner/ad/advert/advertisement ad/advertisement/advert/commercial
  campaign/promotion/drive lead/prospect/contact pipeline/funnel deal/opportunity/contract quota/target/goal forecast/projection/prediction/estimate
  shelf/rack/bin aisle/lane sku/item/article barcode/ean/upc batch/lot expiry/expiration/bestbefore perishable/fresh discount/markdown/off bundle/package/set
  gift/present loyalty/rewards basket/cart/trolley checkout/till/register cashier/clerk/teller outlet/branch/shop/location franchise/branch
  tenant/renter/occupant lease/rental/contract rent/rental mortgage/loan realtor/agent/broker listing/property/offer/home bedroom/bed bathroom/bath
  plot/lot/land acreage/area crop/harvest/produce livestock/cattle/animal irrigated/watered fertilizer/manure pesticide/spray moisture/humidity/wetness
  voltage/tension current/amperage consumption/usage/use tariff/rate/price meter/gauge grid/network outage/blackout generator/turbine emission/output/discharge
  matchup/match/game goal/score/point assist/pass referee/umpire/official squad/roster/team/lineup league/division/championship season/campaign fixture/match
  playtime/duration/time watched/viewed/streamed/seen stream/play/watch/listen listened/played/streamed playlist/list subscriber/follower/member artist/singer/musician/band
  guild/clan/alliance/team level/rank/stage/grade quest/mission/task item/object/thing banned/blocked/suspended/barred ban/block/suspension
  headcount/staff/employees/workforce vacancy/opening/position applicant/candidate/jobseeker interview/meeting offer/proposal resignation/departure/exit overtime/extra
  bonus/premium/reward raise/increase/rise promotion/advancement leave/vacation/holiday/absence shift/turn payroll/pay
`;

export interface Thesaurus {
  /** The meanings that words of any of these concepts (words.ts) can have. */
  meaningsOf(concepts: Iterable<string>): ReadonlySet<number>;
}

export function createThesaurus(): Thesaurus {
  const meanings = new Map<string, readonly number[]>();
  GROUPS.trim()
    .split(/\s+/)
    .forEach((group, index) => {
      for (const word of new Set(group.split('/').map(conceptOf))) {
        meanings.set(word, [...(meanings.get(word) ?? []), index]);
      }
    });
  return {
    meaningsOf(concepts) {
      const found = new Set<number>();
      for (const concept of concepts) {
        for (const meaning of meanings.get(concept) ?? []) found.add(meaning);
      }
      return found;
    },
  };
}

export function overlap(first: ReadonlySet<number>, second: ReadonlySet<number>): boolean {
  for (const meaning of first) if (second.has(meaning)) return true;
  return false;
}
