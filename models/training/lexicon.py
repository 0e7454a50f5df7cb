"""Words for generate.py: what databases are about and how people call it.

All of it was written for this project. A group "a/b/c" holds words that people use
for the same thing in a question; the first is the usual one. Entity lines start with
their class, which decides the attributes and verbs that make sense for them:
p person, o organisation or place, t thing, e event or transaction, d document.
"""

DOMAINS = {
    "shop": """p customer/client/buyer/shopper; e order/purchase/sale; t product/item/article/good; o store/shop/outlet;
        t category/product line/kind; e payment/transaction; e return/refund; d invoice/bill; p supplier/vendor/provider;
        t warehouse item/stock item""",
    "retail": """o branch/store/location; p cashier/clerk/checkout operator; e receipt/ticket/sale; t sku/product/item;
        e promotion/discount/special offer;
        t brand/label/make; p shopper/customer/visitor; t gift card/voucher; t basket/cart/shopping cart""",
    "hospital": """p patient/sick person/case; p doctor/physician/medic; e appointment/visit/consultation; p nurse/caregiver;
        e admission/hospitalization/hospital stay;
        t medication/drug/medicine; d prescription/medication order; e lab test/laboratory test/lab analysis; t diagnosis/condition/illness;
        e procedure/operation/surgery;
        o ward/department/unit; t room/chamber""",
    "clinic": """p dentist/dental surgeon; e treatment/therapy/procedure; p patient/client; d insurance claim/claim;
        t vaccine/shot/immunization; e symptom/complaint; t allergy/intolerance""",
    "logistics": """e shipment/consignment/delivery; t parcel/package/box; p driver/trucker/chauffeur; t truck/lorry/vehicle;
        o warehouse/depot/storage facility;
        o carrier/shipping company/freight company; e route/trip/run; t container/freight unit; o port/harbor;
        d waybill/shipping document""",
    "school": """p student/pupil/learner; p teacher/instructor/educator; t course/class/module; e exam/test/assessment;
        o school/institution/academy;
        e enrollment/registration/sign-up; t grade/mark/score; p parent/guardian; t classroom/lecture room; e lesson/session""",
    "university": """p professor/faculty member/lecturer; o department/division/faculty; p student/undergraduate/scholar;
        t program/degree/study program; d thesis/dissertation;
        p advisor/supervisor/mentor; t credit/course credit; o campus/site; d publication/paper/article; o research group/lab""",
    "web": """e visit/session; t page/web page/url; p user/visitor/member; e click/tap; t campaign/ad campaign/marketing campaign;
        e conversion/goal completion;
        t device/gadget; e page view/impression/view; t referrer/traffic source/channel; e search/query/lookup; t keyword/search term""",
    "saas": """p user/account/member; e subscription/plan/membership; o tenant/organization/workspace; e login/sign-in;
        t feature/function/capability; d support ticket/ticket/help request;
        e trial/free trial; t api key/token; e event/activity; e cancellation/churn/termination; d invoice/bill""",
    "bank": """t account/bank account; p customer/account holder/client; e transaction/transfer/operation; e loan/credit/borrowing;
        t card/credit card/payment card;
        o branch/bank office; e deposit/pay-in; e withdrawal/cash-out; p teller/bank clerk; t mortgage/home loan; p borrower/debtor""",
    "finance": """d invoice/bill; e payment/settlement; t asset/holding; e trade/deal; t stock/share/equity; e expense/cost/spending;
        d budget/spending plan; p investor/shareholder;
        o fund/portfolio; t bond/debt security; e dividend/payout; t currency/money""",
    "insurance": """d policy/insurance policy/contract; d claim/insurance claim; p policyholder/insured person; p agent/broker;
        e accident/crash/incident; t vehicle/car/automobile;
        e premium/contribution; t damage/loss""",
    "hr": """p employee/worker/staff member; o department/division/unit; p manager/boss/supervisor; t job/position/role;
        e vacation/leave/absence; p candidate/applicant;
        e interview/job interview; t contract/employment contract; e training/course/workshop; t skill/competence; e shift/work shift;
        e payroll run/salary payment; p contractor/freelancer""",
    "energy": """t meter/power meter; e reading/measurement; o plant/power station/power plant; t turbine/generator;
        p consumer/customer/subscriber; e outage/blackout/power cut;
        t tariff/rate plan; o substation/transformer station; t solar panel/pv module; t battery/storage unit; o grid/network""",
    "sport": """p player/athlete/sportsman; o team/club/side; e match/game/fixture; p coach/trainer; e goal/score; o stadium/arena/venue;
        e tournament/championship/competition;
        t medal/award; p referee/umpire; e season/campaign; e race/run; e transfer/move; o league/division""",
    "music": """p artist/musician/performer; d song/track/tune; d album/record/lp; p singer/vocalist; o band/group; e concert/show/gig;
        t genre/style/kind of music; d playlist/song list;
        t instrument/musical instrument; o record label/label; p listener/fan""",
    "film": """d movie/film/picture; p actor/performer/cast member; p director/filmmaker; o cinema/theater/movie house; d review/critique;
        e screening/showing; d series/tv show/program;
        d episode/installment; t award/prize; o studio/production company; d cartoon/animation; t channel/tv channel/station""",
    "travel": """e booking/reservation; o hotel/lodging/accommodation; t room/suite; p guest/visitor/traveler; e trip/journey/tour;
        p tourist/traveler; t attraction/sight/tourist attraction;
        o travel agency/tour operator; e flight/air trip; p guide/tour guide""",
    "airline": """e flight/plane trip; o airport/airfield; p passenger/flyer/traveler; p pilot/captain/aviator; t aircraft/plane/airplane;
        o airline/air carrier; t seat/place; e delay/late departure; t ticket/fare; t bag/luggage/baggage""",
    "rail": """t train/railway train; o station/train station/stop; p passenger/rider/commuter; e trip/journey/ride; t ticket/fare;
        o platform/track; e delay/hold-up; p conductor/train manager; t bus/coach; t line/route""",
    "restaurant": """o restaurant/eatery/diner; t dish/meal/menu item; p chef/cook; e reservation/table booking; p waiter/server;
        t ingredient/component; d review/rating; t table/seat; d recipe/cooking instruction; t drink/beverage; t wine/vintage""",
    "realestate": """t property/real estate/estate; t apartment/flat; t house/home; p tenant/renter/lodger; p landlord/owner;
        d lease/rental contract/rental agreement; p agent/realtor; e viewing/showing; t building/block; e rental/letting;
        d listing/advert""",
    "manufacturing": """t product/good; o factory/plant; t machine/equipment/device; t part/component/piece;
        e work order/production order/job; t defect/fault/flaw; p operator/machinist; o manufacturer/maker/producer;
        e inspection/check/quality check; t material/raw material; e repair/fix/maintenance; p technician/mechanic/repairman;
        t batch/lot""",
    "agriculture": """o farm/ranch; p farmer/grower; t crop/plant; e harvest/yield; t animal/livestock; t field/parcel/plot;
        t tractor/farm machine; t fertilizer/manure; t cow/cattle; t seed/grain""",
    "government": """p citizen/resident/inhabitant; d permit/licence; e election/vote; p candidate/contender/nominee; o county/district;
        o city/town/municipality; p politician/representative; t party/political party; e tax payment/tax; d law/act; o agency/authority;
        o country/nation""",
    "police": """e crime/offense; p officer/policeman; e arrest/detention; p suspect/accused; d report/record; e accident/crash;
        t vehicle/car; o precinct/station; e emergency call/call""",
    "library": """d book/title/volume; p author/writer; p member/reader/borrower; e loan/checkout/borrowing; o library/reading room;
        o publisher/publishing house; p librarian/library clerk; e reservation/hold; t genre/subject; d magazine/journal/periodical""",
    "telecom": """p subscriber/customer/user; e call/phone call; t phone/mobile/handset; d message/text message/sms; t plan/tariff/package;
        o cell tower/antenna site; e outage/disruption; t sim card/sim; t router/modem""",
    "social": """p user/member/profile; d post/message/update; d comment/reply/response; e like/reaction; p follower/fan/subscriber;
        o group/community; d photo/picture/image; d video/clip; p friend/contact/connection; d tweet/short message""",
    "software": """d issue/bug/ticket; p developer/programmer/engineer; o project/repository; e commit/change; e release/version/build;
        e deployment/rollout; p reviewer/approver; d document/file; e error/failure/exception; t server/machine/host; e alert/alarm/warning;
        d log/log entry; e incident/outage""",
    "crm": """p lead/prospect; e deal/opportunity; p contact/person; o company/business/firm; p sales rep/salesperson/seller;
        e meeting/appointment; e call/phone call; t region/territory/area; d quote/offer/proposal; e complaint/grievance;
        d contract/agreement; e task/to-do/activity""",
    "event": """e event/happening; p attendee/participant/visitor; t ticket/pass; p speaker/presenter; o venue/place/location;
        p sponsor/backer; e workshop/class; p volunteer/helper; p organizer/host; e ceremony/celebration; e party/celebration""",
    "charity": """p donor/giver/contributor; e donation/gift/contribution; p volunteer/helper; o charity/nonprofit; t campaign/fundraiser;
        e grant/funding; p beneficiary/recipient; t project/programme""",
    "science": """e experiment/trial/study; t sample/specimen; p researcher/scientist; d dataset/data set; t instrument/device;
        e measurement/observation/reading; t species/organism; d paper/publication/article; o lab/laboratory; t gene/dna segment;
        t protein/enzyme""",
    "weather": """o weather station/station; e storm/hurricane/tempest; e reading/observation; t sensor/probe; o region/area/zone;
        e flood/inundation; e earthquake/quake; o river/stream; o mountain/peak; o lake/water body; o state/province;
        t forecast/prediction""",
    "gaming": """p player/gamer; t game/title; e match/round; t item/object; e purchase/in-app purchase; o guild/clan; t character/avatar;
        t level/stage; e quest/mission; t achievement/badge; o server/realm; t platform/console""",
    "museum": """d painting/picture/artwork; p artist/painter; o museum/gallery; e exhibition/exhibit/show; p visitor/guest;
        t sculpture/statue; t collection/set; d ticket/pass; t artifact/relic""",
    "fleet": """t car/automobile/vehicle; p driver/motorist; e rental/hire; o garage/workshop; e refuel/fill-up; e service/maintenance;
        t engine/motor; t tire/wheel; t bike/bicycle; t scooter/moped; e trip/ride; o dealership/car dealer; t model/version""",
    "pets": """t pet/animal; t dog/hound; t cat/feline; p owner/keeper; p veterinarian/vet/animal doctor; e treatment/cure; t breed/race;
        o shelter/animal home; e adoption/placement; e visit/checkup""",
    "military": """t ship/vessel/boat; p soldier/serviceman; t weapon/arm; e battle/fight/combat; o base/camp; e mission/operation;
        p officer/commander; t rank/grade; t submarine/u-boat; e death/casualty""",
    "geo": """o country/nation/land; o state/province; o city/town; o river/stream/waterway; o mountain/peak/summit; o lake/body of water;
        o road/highway/motorway;
        o island/isle; o capital/capital city/seat of government; o desert/wasteland; o sea/ocean; o bridge/crossing; o region/area;
        o border/frontier""",
    "catalog": """t course/class/lecture; p professor/prof/instructor/teacher; p student/undergrad; t requirement/prerequisite/precondition;
        o department/faculty; t semester/term;
        d syllabus/course outline; t section/course section; e exam/final/test; e assignment/homework; t credit/credit hour;
        t major/concentration""",
    "kitchen": """t recipe/dish; t ingredient/component; t wine/vintage; t grape/grape variety; o winery/vineyard/wine maker; t cheese;
        o bakery/baker's shop; t beer/ale; o bar/pub/tavern; p guest/diner/patron""",
    "docs": """d document/file/record; d template/form; t type/kind/category; p author/writer/creator; d section/part/chapter;
        d paragraph/passage; e access/view; d draft/version; o folder/directory; t image/picture; p editor/reviser; t tag/label""",
}

# Attributes by class. Numbers carry, after |, the words "more" and "less" that fit them alone.
NUMBERS = {
    "p": """age/years of age|older,younger; salary/pay/wage/earnings/income/compensation; height/body height/stature|taller,shorter;
        weight/body weight|heavier,lighter; rating/score;
        credit limit/credit line; balance/account balance; experience/years of experience/seniority; loyalty points/points/bonus points;
        hourly rate/rate per hour; commission/sales commission;
        number of logins/login count; total spending/amount spent/spend; debt/amount owed; bonus/extra pay; working hours/hours worked;
        gpa/grade point average; ranking/rank/position; wins/victories/number of wins""",
    "o": """population density/density/people per square mile|more densely populated,more sparsely populated;
        population/number of inhabitants/number of people|more populous,less populous;
        difficulty/difficulty level|harder,easier; revenue/turnover/income; profit/gain/net income;
        number of employees/headcount/staff size/workforce;
        capacity/number of places/size; area/surface/land area|larger,smaller; population/number of inhabitants/number of people;
        rating/score/stars; annual budget/budget/funding; rent/monthly rent; square meters/floor space; market value/valuation/market cap;
        elevation/altitude/height|higher,lower; founding year/year of foundation/year opened; attendance/turnout;
        length/extent|longer,shorter; depth|deeper,shallower; distance/range; visitors/number of visitors/footfall""",
    "t": """difficulty/difficulty level/how hard it is|harder,easier; workload/amount of work|harder,easier; age/years|older,newer;
        price/cost/charge/fee|more expensive,cheaper; weight/mass|heavier,lighter;
        stock/quantity in stock/inventory level/units on hand; quantity/amount/number of units; size/dimension|bigger,smaller;
        discount/price reduction/rebate; rating/score; margin/profit margin;
        shelf life/durability; power/output/wattage; capacity/volume; speed/velocity|faster,slower; mileage/distance driven/kilometers;
        warranty period/guarantee period; length|longer,shorter; horsepower/engine power; temperature/heat|hotter,colder;
        version number/version;
        tax rate/vat rate; reorder level/minimum stock; width/breadth|wider,narrower; year/model year; number of bedrooms/bedrooms;
        dosage/dose/strength; balance/credit; code/number/code number""",
    "e": """amount/value/sum; total/total amount/grand total; duration/length/time taken|longer,shorter; cost/price/expense/fee;
        quantity/number of units/volume; distance/range; number of participants/attendance/turnout; score/points/result;
        delay/lateness/minutes late;
        fee/charge/surcharge; tax/tax amount; discount/reduction; interest rate/rate of interest; severity/gravity;
        shipping cost/delivery cost/freight; tip/gratuity; energy/consumption/usage; speed; temperature; damage/loss;
        number of victims/casualties/deaths""",
    "d": """amount/value/sum; number of pages/page count/length; number of views/views/view count; number of likes/likes;
        rating/score/stars; total/grand total; size/file size; citations/times cited; priority/urgency; response time/time to answer;
        sales/copies sold;
        premium/monthly fee; budget/production cost; gross/box office/revenue; year/release year/year of publication;
        duration/running time/length|longer,shorter; word count/number of words; version/revision""",
}
CATS = {
    "p": """status/state=active,inactive,blocked,pending,retired,suspended; gender/sex=male,female;
        nationality/citizenship=french,german,italian,spanish,american,japanese,indian,brazilian;
        department/division=sales,marketing,engineering,finance,support,legal,research;
        job title/position/role/occupation=manager,analyst,engineer,assistant,director,intern,consultant;
        segment/tier/customer type=retail,wholesale,premium,corporate,vip,basic;
        marital status/family status=single,married,divorced,widowed;
        language/mother tongue=english,spanish,german,arabic,french,hindi; education/degree/qualification=bachelor,master,phd,high school;
        blood type/blood group=a,b,ab,o; specialty/specialization/field=cardiology,surgery,oncology,pediatrics,radiology,neurology;
        major/field of study/subject=history,biology,physics,computer science,economics,law; team/group/squad=red,blue,alpha,north;
        membership/plan/subscription=gold,silver,bronze,free; religion/faith=catholic,muslim,jewish,hindu,buddhist""",
    "o": """type/kind/category=public,private,online,regional,international;
        industry/sector/branch/line of business=retail,banking,energy,software,health,tourism,media; size class/size=small,medium,large;
        status/state=open,closed,active,under construction;
        owner/proprietor=state,family,investors; level/tier=primary,secondary,national,local;
        cuisine/food style=italian,thai,mexican,indian,french; continent/part of the world=europe,asia,africa,oceania;
        conference/division=east,west,north,south; climate=dry,tropical,cold""",
    "t": """category/type/kind/sort=electronics,clothing,food,toys,furniture,books,garden,beauty;
        color/colour/shade=red,blue,black,white,green,yellow; brand/manufacturer/make=acme,globex,initech,umbra,nordwind,solaris;
        status/state/condition=available,sold out,discontinued,new,used,damaged,broken;
        material/fabric=wood,steel,plastic,glass,cotton,leather; model/version=basic,pro,ultra,mini;
        fuel type/kind of fuel/fuel=diesel,petrol,electric,hybrid; size/format=small,medium,large,xl; flavor/taste=sweet,spicy,sour;
        quality/grade=a,b,premium,standard; operating system/platform=linux,windows,android""",
    "e": """status/state=open,closed,pending,cancelled,completed,failed,shipped,delivered,paid,overdue;
        type/kind/category=online,in store,phone,express,standard,internal,urgent;
        payment method/way of payment/form of payment=cash,credit card,paypal,bank transfer,check;
        channel/source/medium=email,web,mobile,phone,social,organic;
        priority/urgency/importance=low,medium,high,critical; result/outcome=won,lost,draw,success,failure,positive,negative;
        currency=usd,eur,gbp,jpy; reason/cause=damage,late,price,quality,fraud; season/time of year=spring,summer,winter,fall;
        browser=chrome,firefox,safari; shift/time of day=morning,evening,night""",
    "d": """status/state=draft,published,approved,rejected,paid,unpaid,overdue,archived;
        language/tongue=english,french,spanish,german,chinese; type/kind/format=pdf,report,letter,summary,form,standard;
        genre/style/category=drama,comedy,horror,rock,jazz,pop,fantasy,science; topic/subject/theme=politics,sports,travel,technology,food;
        priority/urgency/severity=low,medium,high,critical; rating/classification/age rating=pg,r,g,adult;
        coverage/scope=full,partial,basic; visibility/access level=public,private,internal""",
}
# Dates: names / what happened on that day.
DATES = {
    "p": """signup date/registration date/date of registration=registered/signed up;
        hire date/start date/joining date=hired/employed/taken on; birth date/date of birth/birthday=born;
        last login/last sign-in=last seen/last active; joining date/entry date=joined""",
    "o": """opening date/date of opening=opened; founding date/date of foundation=founded/established/created;
        closing date/date of closure=closed/shut down; contract date/date of contract=signed/contracted""",
    "t": """purchase date/date of purchase=bought/purchased/acquired; production date/date of manufacture=made/produced/manufactured/built;
        expiry date/expiration date=expired; launch date/release date=launched/released/introduced;
        last service/last maintenance=serviced/maintained""",
    "e": """date/day=placed/made/done/recorded; start date/begin date=started/begun; end date/date of completion=finished/completed/ended;
        due date/deadline=due; created at/creation date=created/opened; delivery date/arrival date=delivered/received;
        cancellation date=cancelled/called off""",
    "d": """publication date/date of publication/release date=published/released/issued; creation date/created at=created/written/drafted;
        due date/deadline/payment date=due; signing date/signature date=signed; approval date/date of approval=approved;
        last change/update date=changed/updated/modified""",
}
# Plain columns that are shown but seldom filtered on.
TEXTS = {
    "p": """name/full name; first name/given name/forename; last name/surname/family name; email/email address/mail address;
        phone number/telephone number/phone; address/home address/street address; id/identifier/code/number; title; photo/picture;
        nickname""",
    "o": """name/title; address/street address/location; website/web site/homepage/url; phone number/telephone number/contact number;
        code/short code/abbreviation; manager/head/director/boss; description/summary; postal code/zip code/postcode; id/identifier;
        motto/slogan; capital/seat""",
    "t": """name/title/label; description/summary/details; serial number/serial; code/product code/item number; id/identifier; barcode/ean;
        image/picture/photo; unit/unit of measure; location/place/position; characteristics/features/properties""",
    "e": """id/number/code/reference; description/details/notes; location/place/venue; name/title; time/hour; comment/remark/note;
        host/organizer; winner/victor/champion; destination/target; origin/departure place/starting point""",
    "d": """title/name/heading; id/number/code/reference; author/writer/creator; description/summary/abstract; text/content/body; link/url;
        file name; publisher; comment/remark/note; subject/topic""",
}
# How a first thing has a second: verb in active plural, third person, participle.
LINKS = {
    "pe": """make/makes/made; place/places/placed; have/has/had; request/requests/requested; attend/attends/attended; join/joins/joined""",
    "pt": "own/owns/owned; buy/buys/bought; use/uses/used; have/has/held; order/orders/ordered; take/takes/taken",
    "pd": "write/writes/written; have/has/held; receive/receives/received; sign/signs/signed; submit/submits/submitted",
    "pp": """manage/manages/managed; teach/teaches/taught; know/knows/known; help/helps/helped; treat/treats/treated;
        supervise/supervises/supervised""",
    "op": "employ/employs/employed; have/has/employed; serve/serves/served; host/hosts/hosted",
    "oe": "have/has/recorded; host/hosts/hosted; run/runs/run; handle/handles/handled",
    "ot": "have/has/held; sell/sells/sold; own/owns/owned; stock/stocks/stored; produce/produces/produced; offer/offers/offered",
    "oo": """border/borders/bordered; contain/contains/contained; run through/runs through/crossed; cross/crosses/crossed; own/owns/owned;
        neighbor/neighbors/neighbored; belong to/belongs to/included""",
    "**": "have/has/linked; contain/contains/contained; include/includes/included",
}
# Words that name the same thing in many databases; applied to words of any question by chance.
SYNONYMS = """
city/town; country/nation; state/province; customer/client; employee/worker/staff member; employee/staff; student/pupil; teacher/instructor;
course/class; department/division; doctor/physician; car/automobile;
movie/film; song/track; airport/airfield; company/firm/business; company/corporation; manager/supervisor; product/item; shop/store;
price/cost; salary/pay/wage; salary/income; address/location; name/title; id/identifier;
phone/telephone; email/mail; year/calendar year; kid/child; man/male; woman/female; house/home; apartment/flat; picture/image;
photo/picture; book/publication; paper/article; author/writer; singer/vocalist; artist/performer;
game/match; team/squad; team/club; player/athlete; coach/trainer; stadium/arena; tournament/competition; contest/competition;
winner/champion; points/score; flight/air trip; plane/aircraft; pilot/aviator; passenger/traveler; ship/vessel; truck/lorry;
hotel/lodging; guest/visitor; room/chamber; visit/trip; journey/trip; county/district; region/area; district/borough; village/settlement;
street/road; building/structure; office/bureau; school/institution; university/college; campus/site; degree/diploma; grade/mark; exam/test;
enrollment/registration;
friend/buddy; parent/guardian; spouse/partner; member/participant; user/account; visitor/guest; participant/attendee; candidate/contender;
party/political group; election/vote; citizen/resident; population/number of inhabitants; inhabitants/residents;
mountain/peak; river/stream; lake/water body; area/surface; length/extent; height/altitude; size/dimension; weight/mass; color/colour;
type/kind/category; type/sort; category/class; status/state; description/summary; details/information; document/file; template/form;
comment/remark; review/critique; message/note;
invoice/bill; payment/settlement; amount/sum; budget/funds; account/profile; loan/credit; bank/financial institution; transaction/transfer;
balance/remaining amount; claim/request; policy/contract; customer/consumer; supplier/vendor; manufacturer/maker/producer; factory/plant;
machine/device; device/gadget; part/component; defect/fault; problem/issue; error/failure; complaint/grievance; repair/fix;
technician/mechanic;
medicine/drug/medication; disease/illness; disease/condition; patient/case; nurse/caregiver; surgery/operation; procedure/treatment;
hospital/medical center; appointment/meeting; date/day; time/hour; duration/length; start/begin; end/finish; begin/commence; buy/purchase;
sell/vend; own/possess; make/produce; build/construct; use/employ; work/serve; live/reside; die/pass away; participate/take part;
attend/visit; hire/employ; earn/make; receive/get; belong to/be part of; contain/include; have/possess; teach/instruct; study/learn;
write/author; direct/lead; manage/lead/run; win/gain; lose/be defeated in; publish/release; issue/release; found/establish; create/make;
cancel/call off; deliver/ship; arrive/land; depart/leave; happen/occur; damage/harm;
largest/biggest; smallest/tiniest; highest/greatest; lowest/smallest; oldest/most senior; youngest/least old; newest/latest;
expensive/costly; cheap/inexpensive; rich/wealthy; popular/favored; common/frequent; different/distinct; different/unique; total/overall;
average/mean; maximum/highest; each/every; per/for each; also/as well; only/just; all/every single; big/large; small/little; long/lengthy;
fast/quick; famous/well-known; important/significant; main/primary; full/complete; whole/entire; wrong/incorrect; right/correct;
free/available; nearby/close; located/situated; currently/at present; today/this day; before/prior to; after/later than;
during/in the course of; between/in the range of; except/apart from;
easy/simple; easiest/simplest/least difficult; hard/difficult; hardest/toughest/most difficult; quickest/fastest;
costliest/most expensive/priciest; cheapest/least expensive; tallest/highest; sparsest/least dense; densest/most dense; furthest/farthest;
nearest/closest;
wealthiest/richest; poorest/least wealthy; busiest/most crowded; heaviest/weightiest; longest/lengthiest; largest/most extensive;
best/top/highest rated; worst/lowest rated/poorest; traverse/run through/cross/flow through; border/neighbor/adjoin;
bordering/adjacent to/next to/neighboring; surround/enclose; lie/be located; populated/inhabited;
taught/given/instructed; teaches/instructs/gives; required/mandatory/obligatory; optional/elective/not required; offered/given/available;
prerequisite/requirement/precondition; professor/instructor/teacher/lecturer; semester/term; homework/assignments;
credits/credit hours/units; upper-level/advanced; lecture/class; workload/amount of work; register/enroll/sign up;
goods/products/items; store/shop; merchandise/goods; curriculum/course/class; dormitory/dorm/residence hall; faculty/teaching staff;
lodging/accommodation; automobile/car/vehicle; physician/doctor; nation/country; surname/last name/family name;
forename/first name/given name; title/name/heading; headcount/number of people; login/username/user name; pupil/student;
attendee/participant; sex/gender; birthday/birth date/date of birth; sum/total; summary/overview; characteristic/feature/trait;
location/place/position; residence/address/home; opened/started; founder/creator; owner/proprietor; amount/quantity/number; salary/earnings;
wage/earnings; rank/standing; ranking/placement; distance/range; price/charge; fee/charge; stage/phase; level/grade;
nationality/citizenship; employer/company; enrolled/registered; employed/hired; shipped/sent; purchased/bought; acquired/bought;
produced/made; written/authored; directed/led; owned/held; sold/vended; located/based; named/called; titled/named; spoken/used;
played/performed; won/gained; lost/missing; damaged/harmed; killed/slain; dead/deceased; alive/living; married/wed; male/men; female/women;
kids/children; elderly/old; adult/grown-up; maker/manufacturer; builder/constructor;
pet/animal; dog/canine; cat/feline; food/nourishment; dish/meal; drink/beverage; restaurant/eatery; chef/cook; wine/vintage; fruit/produce;
storm/hurricane; rain/precipitation; temperature/degrees; wind/breeze; weapon/arm; battle/fight; army/military; soldier/troop; king/monarch;
president/head of state; mayor/city head; governor/state leader; law/act; crime/offense; police/law enforcement; prison/jail;
death/casualty; injury/wound; religion/faith; church/place of worship; language/tongue; culture/heritage; museum/gallery; painting/artwork;
concert/gig; festival/celebration; band/group; album/record; genre/style; instrument/tool; channel/station; episode/installment;
actor/performer; director/filmmaker; cartoon/animation; website/site; page/web page; link/url; click/hit; search/lookup; network/system;
server/host; software/program; version/release; feature/characteristic; characteristic/property/attribute; parameter/setting; role/position;
job/occupation; job/position; rank/position; skill/ability; experience/expertise; project/undertaking; task/job; goal/target;
result/outcome; reason/cause; event/happening; activity/hobby; trip/tour; tour/excursion; ticket/pass; seat/place; fee/charge; tax/duty;
discount/rebate; share/proportion; percentage/share; quantity/amount; information/data/details; record/entry
"""

COUNTRIES = (
    "United_States/American United_Kingdom/British Germany/German France/French Spain/Spanish Italy/Italian Japan/Japanese India/Indian "
    "Brazil/Brazilian Canada/Canadian Mexico/Mexican China/Chinese Norway/Norwegian Sweden/Swedish Poland/Polish Turkey/Turkish "
    "Egypt/Egyptian Kenya/Kenyan Australia/Australian Portugal/Portuguese Greece/Greek Austria/Austrian Netherlands/Dutch Denmark/Danish "
    "Finland/Finnish Ireland/Irish Argentina/Argentinian Chile/Chilean Vietnam/Vietnamese Thailand/Thai Morocco/Moroccan "
    "Nigeria/Nigerian Switzerland/Swiss Belgium/Belgian Russia/Russian Ukraine/Ukrainian Israel/Israeli Iran/Iranian "
    "Indonesia/Indonesian Peru/Peruvian"
)
PLACES = (
    "Berlin,Paris,London,Madrid,Rome,Tokyo,Mumbai,Chicago,New York,Los Angeles,Boston,Seattle,Toronto,Sydney,Dublin,Vienna,Munich,"
    "Hamburg,Lyon,Milan,Oslo,Cairo,Lagos,Nairobi,Lima,Texas,California,Florida,Ohio,Virginia,Nevada,Oregon,Georgia,Alaska,Utah,Bavaria,"
    "Tuscany,San Francisco,Houston,Dallas,Denver,Atlanta,Miami,Detroit,Shanghai,Beijing,Seoul,Bangkok,Istanbul,Athens,Warsaw,Prague,"
    "Budapest,Lisbon,Zurich,Geneva,Brussels,Amsterdam,Copenhagen,Stockholm,Helsinki,Manchester,Liverpool,Glasgow,Cardiff,Bristol,Leeds"
)
FIRST = (
    "John,Mary,James,Linda,Robert,Susan,Michael,Karen,William,Nancy,David,Lisa,Ahmed,Fatima,Wei,Mei,Carlos,Ana,Ivan,Olga,Pierre,Claire,"
    "Hans,Greta,Yuki,Priya,Raj,Omar,Sofia,Lucas,Emma,Noah,Mia,Liam,Ella,Oscar,Nina,Paul,Laura,Peter,Julia"
)
LAST = (
    "Smith,Johnson,Brown,Miller,Davis,Garcia,Wilson,Anderson,Taylor,Moore,Martin,Lee,Clark,Lewis,Walker,Hall,Young,King,Wright,Lopez,"
    "Hill,Green,Adams,Baker,Nelson,Carter,Mitchell,Turner,Parker,Evans,Schmidt,Novak,Rossi,Silva,Tanaka,Khan,Singh,Chen,Ali,Jensen"
)
