// Owns the words that the demo shop's rows are made of: places and people by country, the catalogue.
// All of it is invented or common; addresses end in @example.com, which belongs to nobody.

/** code | name | region | currency | VAT percent | customers per hundred | cities | first | last names */
export const PLACES = table(`
  DE|Germany|Europe|EUR|19|24
    |Berlin Hamburg Munich Cologne Leipzig Stuttgart
    |Anna Lukas Marie Jonas Lena Felix Sophie Paul Katharina Maximilian Greta Emil
    |Schmidt Weber Fischer Wagner Becker Hoffmann Koch Richter Klein Wolf Neumann Braun
  FR|France|Europe|EUR|20|18
    |Paris Lyon Marseille Bordeaux Nantes Lille
    |Camille Louis Chloé Hugo Manon Gabriel Léa Arthur Juliette Antoine Inès Théo
    |Martin Bernard Dubois Moreau Laurent Lefebvre Girard Rousseau Fontaine Mercier Roux
  GB|United Kingdom|Europe|GBP|20|13
    |London Manchester Bristol Leeds Glasgow
    |Olivia Harry Amelia Jack Isla Oliver Emily Thomas Grace Charlie Freya Henry
    |Smith Jones Taylor Brown Wilson Evans Walker Wright Hughes Turner Clarke Cooper
  US|United States|North America|USD|0|11
    |Chicago Seattle Boston Denver Austin
    |Emma Liam Ava Noah Mia Ethan Abigail Mason Harper Logan Ella Jacob
    |Johnson Williams Davis Miller Anderson Thompson Harris Lewis Carter Mitchell Reed
  NL|Netherlands|Europe|EUR|21|8
    |Amsterdam Rotterdam Utrecht Eindhoven
    |Sanne Daan Fleur Bram Lotte Sem Anouk Thijs Eva Ruben
    |Jansen Bakker Visser Smit Meijer Mulder Bos Vos Peters Hendriks Dekker
  ES|Spain|Europe|EUR|21|7
    |Madrid Barcelona Valencia Seville
    |Lucía Hugo Sofía Mateo Carmen Pablo Elena Diego Marta Javier
    |García Fernández López Sánchez Romero Torres Navarro Ramos Molina Ortega
  IT|Italy|Europe|EUR|22|6
    |Rome Milan Turin Bologna
    |Giulia Leonardo Chiara Matteo Francesca Alessandro Sara Lorenzo Elisa Marco
    |Rossi Bianchi Ferrari Esposito Romano Colombo Ricci Marino Greco Conti
  PL|Poland|Europe|PLN|23|4
    |Warsaw Kraków Gdańsk Poznań
    |Zofia Jakub Hanna Szymon Maja Kacper Alicja Filip
    |Nowak Wójcik Kamiński Mazur Krawczyk Zając Wieczorek Sikora Baran
  SE|Sweden|Europe|SEK|25|3
    |Stockholm Gothenburg Malmö
    |Astrid Oskar Elsa Axel Ebba Nils Linnea Erik
    |Andersson Lindberg Nilsson Berg Sandström Holm Ekström Nyström
  AT|Austria|Europe|EUR|20|3
    |Vienna Graz Salzburg Linz
    |Valentina Jakob Magdalena Tobias Theresa Sebastian Johanna Florian
    |Gruber Huber Pichler Steiner Moser Leitner Eder Fuchs
  CH|Switzerland|Europe|CHF|8.1|2
    |Zurich Basel Bern Geneva
    |Alina Nico Lara Fabian Elin Matteo Noemi Jan
    |Meier Keller Baumann Frei Zimmermann Brunner Gerber Widmer
  JP|Japan|Asia|JPY|10|1
    |Tokyo Osaka Kyoto
    |Yui Haruto Sakura Ren Aoi Sota Hina Daiki
    |Sato Suzuki Takahashi Tanaka Watanabe Ito Nakamura Kobayashi`);

/** What the names above have beyond ASCII, and how it is spelt in e-mail addresses. */
export const ACCENTS = { from: 'éèíáóöńą', to: 'eeiaoona' };

export const MAIN_CATEGORIES = ['Electronics', 'Home', 'Kitchen', 'Sports', 'Books', 'Toys'];

/** name | main category | typical price in euros | typical weight in grams | five kinds of article */
export const SUBCATEGORIES = table(`
  Headphones|Electronics|90|280
    |Over-Ear Headphones,Earbuds,Headset,Studio Headphones,Sports Earphones
  Smartphones|Electronics|480|190
    |Smartphone,Phablet,Outdoor Phone,Compact Phone,Camera Phone
  Laptops|Electronics|950|1600|Notebook,Ultrabook,Gaming Laptop,Convertible,Workstation
  Cameras|Electronics|520|640
    |Mirrorless Camera,Action Camera,Compact Camera,Webcam,Instant Camera
  Lighting|Home|45|1200|Desk Lamp,Floor Lamp,Pendant Light,Night Light,String Lights
  Furniture|Home|210|14000|Armchair,Bookshelf,Side Table,Office Chair,Chest of Drawers
  Bedding|Home|60|1500|Duvet,Pillow,Bed Linen,Blanket,Mattress Topper
  Decoration|Home|28|800|Vase,Picture Frame,Wall Clock,Candle Holder,Mirror
  Cookware|Kitchen|55|1900|Frying Pan,Saucepan,Casserole,Wok,Baking Tray
  Coffee|Kitchen|120|3200|Espresso Machine,Coffee Grinder,French Press,Filter Machine,Milk Frother
  Knives|Kitchen|48|350|Chef Knife,Bread Knife,Paring Knife,Santoku,Knife Block
  Small Appliances|Kitchen|75|2400|Toaster,Kettle,Blender,Hand Mixer,Rice Cooker
  Cycling|Sports|85|900|Bicycle Helmet,Bike Light,Saddle,Cycling Jersey,Bike Lock
  Running|Sports|70|450|Running Shoes,Running Jacket,Hydration Belt,Running Tights,Sports Watch
  Camping|Sports|110|3500|Tent,Sleeping Bag,Camping Stove,Backpack,Headlamp
  Yoga|Sports|32|1100|Yoga Mat,Yoga Block,Resistance Band,Meditation Cushion,Foam Roller
  Novels|Books|16|420
    |Crime Novel,Historical Novel,Love Story,Short Stories,Science Fiction Novel
  Cookbooks|Books|26|900|Vegetarian Cookbook,Baking Book,Pasta Cookbook,Grill Book,Soup Cookbook
  Board Games|Toys|34|1300|Strategy Game,Family Game,Card Game,Dice Game,Quiz Game
  Building Toys|Toys|42|1000|Brick Set,Wooden Blocks,Marble Run,Model Kit,Magnetic Tiles`);

export const BRANDS =
  'Norvik Alpenrot Lumea Tessaro Kestrel Brightwell Ostara Vantor Meridia Halden Corvina Solune';
/** Each kind of article comes in each of them. */
export const EDITIONS = 'Classic Plus Pro Mini Max Eco';

export const SUPPLIER_NAMES =
  'Nordic Alpine Atlantic Baltic Iberian Rhine Danube Pacific Celtic Aurora';
export const SUPPLIER_KINDS = 'Trading Industries Supply Works';

/** rating | four titles */
export const REVIEW_TITLES = table(`
  1|Broke after a week,Very disappointed,Not as described,Never again
  2|Below expectations,Poor quality,Too expensive for this,Arrived scratched
  3|It is all right,Average,Does the job,Good but slow delivery
  4|Good value,Happy with it,Works well,Nice design
  5|Excellent,Would buy again,Best purchase this year,Highly recommended`);

/** One row a line; a line that starts with a bar goes on with the row above. */
function table(text: string): readonly string[][] {
  return text
    .replaceAll(/\n\s*\|/g, '|')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split('|'));
}
