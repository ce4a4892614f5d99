// The tower by itself, for scripts of others: marquee.deepTower(marquee.data.get("deep_tower")).
import { marquee } from "../shared/marquee.js";
import { createTower } from "./tower.js";

marquee.deepTower = createTower;
